internal import AffineLayers
internal import AffineQuant

/// The parameters of a model of which each rank keeps its part alone: those of others are here for as long as a
/// layer needs them (ZeRO-3, arXiv 1910.02054).
final class ParameterShards {
  private let owners: [Int]
  private let parallel: any DataParallel
  private let execution: Execution
  /// The largest bytes of parameters that layers had at once.
  private(set) var peakBytes = 0

  init(_ owners: [Int], _ parallel: any DataParallel, on execution: Execution) {
    self.owners = owners
    self.parallel = parallel
    self.execution = execution
  }

  /// The values of some parameters, which all ranks ask for together: the same bits in each of them.
  ///
  /// - Throws: ``TrainingError``.
  func values(
    _ places: [Int], of parameters: [Parameter]
  ) throws(TrainingError) -> [StoredMatrix] {
    var values: [Int: StoredMatrix] = [:]
    for owner in 0..<parallel.size {
      let owned = places.filter { owners[$0] == owner }
      guard !owned.isEmpty else { continue }
      var shard = Checkpoint()
      if owner == parallel.rank {
        for place in owned { try pack(parameters[place], place, into: &shard) }
      }
      shard = try exchanged(shard, from: owner)
      for place in owned {
        guard let value = shard.tensors["\(place)"], value.shape == parameters[place].shape else {
          throw .communication("rank \(owner) did not send \(parameters[place].name)")
        }
        let isRounded = shard.metadata["\(place)"] == Self.rounded
        values[place] = isRounded ? .float32(value.floats(on: execution)) : value
      }
    }
    peakBytes = max(peakBytes, values.values.reduce(0) { $0 + $1.byteCount })
    return places.compactMap { values[$0] }
  }

  private static let rounded = "rounded"

  /// Adds a parameter as it travels; rows of few numbers, as of norms, and what is no float are not rounded.
  private func pack(
    _ parameter: Parameter, _ place: Int, into shard: inout Checkpoint
  ) throws(TrainingError) {
    var value = parameter.value
    if case .float32(let matrix) = value, matrix.shape.rows > 1 {
      do throws(ParallelError) {
        value = try parallel.packed(matrix, of: place, on: execution)
      } catch { throw TrainingError(error) { _ in parameter.name } }
      if case .float32 = value {} else { shard.metadata["\(place)"] = Self.rounded }
    }
    shard.tensors["\(place)"] = value
  }

  /// What one rank has, on all of them.
  private func exchanged(
    _ shard: Checkpoint, from owner: Int
  ) throws(TrainingError) -> Checkpoint {
    do {
      guard owner == parallel.rank else {
        return try Checkpoint(contents: try parallel.broadcast(Buffer([]), from: owner))
      }
      _ = try parallel.broadcast(Buffer(try shard.contents()), from: owner)
      return shard
    } catch { throw .communication("rank \(owner) sent no parameters: \(error)") }
  }
}
