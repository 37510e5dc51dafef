internal import AffineLayers
internal import AffineQuant

extension Trainer {
  /// After a step in which each rank moved its part of the parameters alone: all get all.
  ///
  /// Floats travel as they lie in memory and stay where they arrive; what is in codes follows them as a checkpoint.
  mutating func shareParameters(_ parallel: (any DataParallel)?) throws(TrainingError) {
    guard let owners, !shardsWeights else { return }
    guard let parallel, parallel.shardsOptimizer else {
      throw .model("this rank moves its part of the parameters alone: others must take the step")
    }
    let parameters = model.parameters
    let moved = (0..<parallel.size).map { owner in
      parameters.indices.filter { owners[$0] == owner && !parameters[$0].isFrozen }
    }
    do {
      let own = try SharedParameters(moved[parallel.rank].map { parameters[$0] }).bytes
      let all = try parallel.share(own)
      for (owner, bytes) in all.enumerated() where owner != parallel.rank {
        let values = try SharedParameters(
          bytes, of: moved[owner].map { parameters[$0] })
        for (index, value) in zip(moved[owner], values.values) {
          model.parameters[index].value = value
        }
      }
    } catch { throw .communication("parameters did not arrive: \(error)") }
  }
}

/// Parameters as their bytes: floats as they are, one parameter after another, and then a checkpoint of all codes.
private struct SharedParameters {
  private(set) var values: [StoredMatrix]
  let bytes: Buffer<UInt8>

  init(_ parameters: [Parameter]) throws(CheckpointError) {
    values = parameters.map(\.value)
    var (parts, codes) = ([Buffer<UInt8>](), Checkpoint())
    for parameter in parameters {
      switch parameter.value {
      case .float32(let matrix): parts.append(matrix.values.bytes)
      case .bfloat16(let matrix): parts.append(matrix.values.bytes)
      case .codes: codes.tensors[parameter.name] = parameter.value
      }
    }
    if !codes.tensors.isEmpty { parts.append(Buffer(try codes.contents())) }
    bytes = Buffer(count: parts.reduce(0) { $0 + $1.count }, zeroed: false) { memory in
      var first = 0
      for part in parts {
        var target = memory.part(first..<first + part.count)
        target.copy(part.span)
        first += part.count
      }
    }
  }

  /// Reads parameters, of which others of the same types and shapes are here.
  init(_ bytes: Buffer<UInt8>, of parameters: [Parameter]) throws(CheckpointError) {
    self.bytes = bytes
    values = parameters.map(\.value)
    let floats = values.reduce(0) { $0 + Self.floatBytes($1) }
    guard floats <= bytes.count else {
      throw .wrongText(name: "bytes", expected: "\(floats)", found: "\(bytes.count)")
    }
    let codes =
      floats < bytes.count
      ? try Checkpoint(contents: bytes.part(floats..<bytes.count)) : Checkpoint()
    var first = 0
    for (index, value) in values.enumerated() {
      let part = bytes.part(first..<first + Self.floatBytes(value))
      first += part.count
      values[index] =
        switch value {
        case .float32:
          .float32(Matrix(validated: value.shape, part.viewed(as: Float.self)))
        case .bfloat16:
          .bfloat16(Matrix(validated: value.shape, part.viewed(as: BFloat16.self)))
        case .codes: try codes.tensor(parameters[index].name, like: value)
        }
    }
  }

  private static func floatBytes(_ value: StoredMatrix) -> Int {
    if case .codes = value { return 0 }
    return value.byteCount
  }
}
