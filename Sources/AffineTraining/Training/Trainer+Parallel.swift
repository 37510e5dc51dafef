internal import AffineLayers
internal import AffineQuant

extension Trainer {
  /// The sums over processes, as gradients are kept.
  func finish(_ parallel: any DataParallel) throws(TrainingError) -> [StoredMatrix?] {
    let sums = try named { () throws(ParallelError) in try parallel.finish() }
    return model.parameters.indices.map { sums[$0].map(settings.gradients.round) }
  }

  /// What each process knows a part of.
  func gathered(
    _ values: [Double], _ parallel: any DataParallel
  ) throws(TrainingError) -> [Double] {
    try named { () throws(ParallelError) in try parallel.gathered(values) }
  }

  /// After a step in which each process moved its part of the parameters alone: all get all.
  mutating func shareParameters(_ parallel: (any DataParallel)?) throws(TrainingError) {
    guard let owners else { return }
    guard let parallel, parallel.shardsOptimizer else {
      throw .model("this process moves its part of the parameters alone: others must take the step")
    }
    for owner in 0..<parallel.size {
      let owned = model.parameters.indices.filter {
        owners[$0] == owner && !model.parameters[$0].isFrozen
      }
      guard !owned.isEmpty else { continue }
      do {
        var sent = Buffer<UInt8>([])
        if owner == parallel.rank {
          var values = Checkpoint()
          for index in owned {
            values.tensors[model.parameters[index].name] = model.parameters[index].value
          }
          sent = Buffer(try values.contents())
        }
        let received = try parallel.broadcast(sent, from: owner)
        guard owner != parallel.rank else { continue }
        let values = try Checkpoint(contents: received)
        for index in owned {
          model.parameters[index].value = try values.tensor(
            model.parameters[index].name, like: model.parameters[index].value)
        }
      } catch { throw .communication("process \(owner) sent no parameters: \(error)") }
    }
  }

  /// Says what could not be exchanged as training does.
  func named<Result>(
    _ body: () throws(ParallelError) -> Result
  ) throws(TrainingError) -> Result {
    do throws(ParallelError) { return try body() } catch {
      switch error {
      case .communication(let reason): throw .communication(reason)
      case .gradient(let parameter, let error):
        throw .quantization(tensor: "the gradient of \(model.parameters[parameter].name)", error)
      }
    }
  }
}
