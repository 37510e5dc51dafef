internal import AffineLayers
internal import AffineQuant

extension Trainer {
  /// The loss and the gradients of one step, over all ranks.
  mutating func gradients(
    _ recipe: Recipe, _ execution: Execution, _ parallel: (any DataParallel)?
  ) throws(TrainingError) -> (loss: Double, gradients: [StoredMatrix?]) {
    try Shares(parallel).check(settings)
    parallel?.begin(
      model.parameters.map(\.shape), owners: owners, step: step, seed: settings.seed, on: execution)
    let shards = try shards(parallel, execution)
    if let parallel, parallel.isFixedOrder {
      return try orderedGradients(recipe, execution, parallel, shards)
    }
    let shares = Shares(parallel)
    let windows = try shares.part(of: settings.batch, "a batch")
    let batches = try batches()
    let counted = CountedTargets(batches)
    var (total, sums) = (0.0, [StoredMatrix?](repeating: nil, count: model.parameters.count))
    for part in 0..<settings.accumulation {
      let index = step * settings.accumulation + part
      let batch = batches[part].windows(windows, of: settings.sequence)
      let share = counted.share(of: batch.counted)
      let isLast = part == settings.accumulation - 1
      // Processes round with random numbers of their own.
      let tape = Tape(
        seed: settings.seed, step: UInt64(index * shares.size + shares.rank), flow: recipe.flow,
        recomputesBlocks: recomputesBlocks, on: execution)
      let loss = try pass(
        batch, recipe, weight: Float(share), tape, shards
      ) { parameter, gradient throws(TrainingError) in
        guard let parallel, isLast else {
          return try add(gradient, of: parameter, to: &sums, execution)
        }
        var sum = gradient
        if let earlier = sums[parameter] {
          Elementwise.accumulate(&sum, earlier.floats(on: execution), on: execution)
        }
        sums[parameter] = nil
        try named { () throws(ParallelError) in try parallel.add(sum, of: parameter) }
      }
      peak.activations = max(peak.activations, tape.peakSavedBytes)
      total += loss * share
    }
    if let parallel {
      sums = try finish(parallel, execution)
      var losses = [Double](repeating: 0, count: shares.size)
      losses[shares.rank] = total
      total = try gathered(losses, parallel).reduce(0, +)
    }
    note(sums, recipe, shards)
    return (total, sums)
  }

  /// The same with a backward pass for every window, and sums in the order of windows: the tree of their
  /// halves, of which each rank of a power of two has one branch.
  private mutating func orderedGradients(
    _ recipe: Recipe, _ execution: Execution, _ parallel: any DataParallel,
    _ shards: ParameterShards?
  ) throws(TrainingError) -> (loss: Double, gradients: [StoredMatrix?]) {
    let count = settings.batch * settings.accumulation
    var losses = [Double](repeating: 0, count: count)
    let branch = try branch(
      Shares(parallel).part(of: count, "a step"), of: count, try batches(), recipe, execution,
      shards, &losses)
    for (parameter, gradient) in branch.enumerated().reversed() {
      guard let gradient else { continue }
      try named { () throws(ParallelError) in try parallel.add(gradient, of: parameter) }
    }
    let sums = try finish(parallel, execution)
    note(sums, recipe, shards)
    return (try gathered(losses, parallel).reduce(0, +), sums)
  }

  private mutating func branch(
    _ windows: Range<Int>, of count: Int, _ batches: [TokenBatch], _ recipe: Recipe,
    _ execution: Execution, _ shards: ParameterShards?, _ losses: inout [Double]
  ) throws(TrainingError) -> [Matrix<Float>?] {
    guard windows.count > 1 else {
      let window = windows.lowerBound
      let (part, place) = (window / settings.batch, window % settings.batch)
      let tape = Tape(
        seed: settings.seed, step: UInt64(step * count + window), flow: recipe.flow,
        recomputesBlocks: recomputesBlocks, on: execution)
      var gradients = [Matrix<Float>?](repeating: nil, count: model.parameters.count)
      let batch = batches[part].windows(place..<place + 1, of: settings.sequence)
      let share = CountedTargets(batches).share(of: batch.counted)
      losses[window] =
        share
        * (try pass(batch, recipe, weight: Float(share), tape, shards) { parameter, gradient in
          gradients[parameter] = gradient
        })
      peak.activations = max(peak.activations, tape.peakSavedBytes)
      return gradients
    }
    // What does not halve evenly is no branch of two ranks: any order serves that all keep.
    let middle = windows.lowerBound + (windows.count.isMultiple(of: 2) ? windows.count / 2 : 1)
    var sum = try branch(
      windows.lowerBound..<middle, of: count, batches, recipe, execution, shards, &losses)
    let rest = try branch(
      middle..<windows.upperBound, of: count, batches, recipe, execution, shards, &losses)
    for (parameter, gradient) in rest.enumerated() {
      guard let gradient, var first = sum[parameter] else { continue }
      sum[parameter] = nil
      Elementwise.accumulate(&first, gradient, on: execution)
      sum[parameter] = first
    }
    return sum
  }

  /// One forward and backward pass; gradients are lent as they are ready.
  private func pass(
    _ batch: TokenBatch, _ recipe: Recipe, weight: Float, _ tape: Tape,
    _ shards: ParameterShards?,
    _ ready: (Int, Matrix<Float>) throws(TrainingError) -> Void
  ) throws(TrainingError) -> Double {
    let loss = try model.gradients(
      batch, recipe: recipe, weight: weight, on: tape, from: shards, whenReady: ready)
    guard loss.isFinite else { throw .notFinite(tensor: "the loss", step: step) }
    return loss
  }

  /// The batches of this step, over all ranks.
  private func batches() throws(TrainingError) -> [TokenBatch] {
    var batches: [TokenBatch] = []
    for part in 0..<settings.accumulation {
      do throws(CorpusError) {
        batches.append(
          try corpus.trainingBatch(
            step: step * settings.accumulation + part, size: settings.batch,
            sequence: settings.sequence, seed: settings.dataSeed))
      } catch { throw .corpus(error) }
    }
    return batches
  }

  private func add(
    _ gradient: Matrix<Float>, of parameter: Int, to sums: inout [StoredMatrix?],
    _ execution: Execution
  ) throws(TrainingError) {
    guard let sum = sums[parameter] else {
      sums[parameter] = settings.gradients.round(gradient, on: execution)
      return
    }
    do throws(ShapeError) {
      sums[parameter] = try settings.gradients.sum(sum, gradient, on: execution)
    } catch { throw .shape(tensor: model.parameters[parameter].name, error) }
  }

  private mutating func note(
    _ sums: [StoredMatrix?], _ recipe: Recipe, _ shards: ParameterShards?
  ) {
    peak.gradients = max(peak.gradients, sums.reduce(0) { $0 + ($1?.byteCount ?? 0) })
    peak.weights = max(peak.weights, model.byteCount + (shards?.peakBytes ?? 0))
    peak.masterWeights = max(peak.masterWeights, model.masterByteCount(recipe))
    peak.optimizer = max(peak.optimizer, optimizer.stateBytes)
  }
}

/// How many targets of a step count, over all ranks: each has the same part in the loss.
private struct CountedTargets {
  let count: Int

  init(_ batches: [TokenBatch]) { count = batches.reduce(0) { $0 + $1.counted } }

  /// The part that some have in the mean of all.
  func share(of counted: Int) -> Double { Double(counted) / Double(max(count, 1)) }
}
