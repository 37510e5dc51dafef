public import AffineQuant

extension Trainer {
  /// The mean loss over fixed windows of the part of the text that training does not see.
  ///
  /// - Parameters:
  ///   - execution: Threads and instruction sets; no loss depends on either.
  ///   - parallel: Processes that divide the windows; no loss depends on them.
  /// - Returns: Nats a token or a pair of texts, the same on all ranks.
  /// - Throws: ``TrainingError``: a text that is too short; a loss that is not finite.
  public func validationLoss(
    on execution: Execution = .standard, with parallel: (any DataParallel)? = nil
  ) throws(TrainingError) -> Double {
    let recipe = recipes.recipe(validatingAt: step)
    let windows: TokenBatch
    do throws(CorpusError) {
      windows = try corpus.validationBatch(
        count: settings.validationWindows, sequence: settings.sequence)
    } catch { throw .corpus(error) }
    let shares = Shares(parallel)
    let groups = windows.groups(of: settings.batch, sequence: settings.sequence)
    var totals = [Double](repeating: 0, count: groups.count)
    let shards = try shards(parallel, execution)
    for round in stride(from: shares.rank, to: groups.count + shares.rank, by: shares.size) {
      // A rank without a part has to take part where layers ask for parameters.
      guard round < groups.count || shards != nil else { break }
      let index = min(round, groups.count - 1)
      let part = windows.windows(groups[index], of: settings.sequence)
      let tape = Tape(flow: recipe.flow, isTraining: false, on: execution)
      let loss = try model.loss(part, recipe: recipe, on: tape, from: shards)
      guard round == index else { continue }
      totals[index] = loss.mean * Double(part.counted)
    }
    if let parallel { totals = try gathered(totals, parallel) }
    let total = totals.reduce(0, +)
    let mean = total / Double(windows.counted)
    guard mean.isFinite else { throw .notFinite(tensor: "the validation loss", step: step) }
    return mean
  }

  /// Gives trained steps their first values: those that fit the first batch.
  mutating func measureSteps(_ execution: Execution) throws(TrainingError) {
    let batch: TokenBatch
    do throws(CorpusError) {
      batch = try corpus.trainingBatch(
        step: 0, size: settings.batch, sequence: settings.sequence, seed: settings.dataSeed)
    } catch { throw .corpus(error) }
    try model.measureSteps(
      batch, recipes.recipe(at: 0), on: Tape(on: execution))
  }
}
