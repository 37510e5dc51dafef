internal import AffineLayers
internal import AffineQuant

extension Trainer {
  /// The sums over ranks, as gradients are kept.
  func finish(
    _ parallel: any DataParallel, _ execution: Execution
  ) throws(TrainingError) -> [StoredMatrix?] {
    let sums = try named { () throws(ParallelError) in try parallel.finish() }
    return model.parameters.indices.map {
      sums[$0].map { settings.gradients.round($0, on: execution) }
    }
  }

  /// What each rank knows a part of.
  func gathered(
    _ values: [Double], _ parallel: any DataParallel
  ) throws(TrainingError) -> [Double] {
    try named { () throws(ParallelError) in try parallel.gathered(values) }
  }

  /// The parameters that layers ask other ranks for; `nil`: all are here.
  func shards(
    _ parallel: (any DataParallel)?, _ execution: Execution
  ) throws(TrainingError) -> ParameterShards? {
    guard shardsWeights, let owners else { return nil }
    guard let parallel, parallel.shardsWeights else {
      throw .model("this rank keeps its part of the parameters alone: others must take part")
    }
    return ParameterShards(owners, parallel, on: execution)
  }

  /// The squares of all gradients, each summed by a rank that has it.
  func squares(
    _ gradients: [StoredMatrix?], _ execution: Execution, _ parallel: (any DataParallel)?
  ) throws(TrainingError) -> [Double] {
    let squares = GradientClipping.squares(gradients, on: execution)
    guard owners != nil, let parallel else { return squares }
    return try gathered(squares, parallel)
  }

  /// The gradient by a parameter, also where another rank alone has it.
  func gradient(
    of parameter: Int, among gradients: [StoredMatrix?], _ execution: Execution,
    _ parallel: (any DataParallel)?
  ) throws(TrainingError) -> Matrix<Float>? {
    let own = gradients[parameter]?.floats(on: execution)
    guard let owners, let parallel else { return own }
    let sent = own?.values.bytes ?? Buffer([])
    let bytes = try named { () throws(ParallelError) in
      try parallel.broadcast(sent, from: owners[parameter])
    }
    let shape = model.parameters[parameter].shape
    guard bytes.count == shape.count * MemoryLayout<Float>.stride else { return nil }
    return Matrix(validated: shape, bytes.viewed(as: Float.self))
  }

  /// Brings all parameters to the first rank, which can export the model then; it and all others train no more.
  ///
  /// - Throws: ``TrainingError/communication(_:)``.
  public mutating func collectParameters(
    with parallel: (any DataParallel)?
  ) throws(TrainingError) {
    guard shardsWeights, let parallel else { return }
    var own = Checkpoint()
    for parameter in model.parameters where !parameter.isElsewhere {
      own.tensors[parameter.name] = parameter.value
    }
    do {
      let sent = parallel.rank == 0 ? Buffer([]) : Buffer(try own.contents())
      for part in try parallel.gather(sent).dropFirst() {
        let values = try Checkpoint(contents: part)
        for index in model.parameters.indices {
          guard let value = values.tensors[model.parameters[index].name] else { continue }
          model.parameters[index].takeBack(value)
        }
      }
    } catch { throw .communication("parameters cannot be collected: \(error)") }
    if parallel.rank == 0 { (shardsWeights, model.owners) = (false, nil) }
  }

  /// Says what could not be exchanged as training does.
  func named<Result>(
    _ body: () throws(ParallelError) -> Result
  ) throws(TrainingError) -> Result {
    do throws(ParallelError) { return try body() } catch {
      throw TrainingError(error) { model.parameters[$0].name }
    }
  }
}

extension TrainingError {
  /// Says as training does what could not be exchanged.
  init(_ error: ParallelError, _ name: (_ parameter: Int) -> String) {
    self =
      switch error {
      case .communication(let reason): .communication(reason)
      case .gradient(let parameter, let error):
        .quantization(tensor: "the gradient of \(name(parameter))", error)
      case .weight(let parameter, let error): .quantization(tensor: name(parameter), error)
      }
  }
}
