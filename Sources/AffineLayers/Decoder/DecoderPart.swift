internal import AffineQuant

/// Which rows of every weight each of several ranks has, and so which outputs it computes.
///
/// Layers that read what all ranks made get it whole, so that no sum is made of parts: every bit is
/// that of one rank. Heads stay together, and with those that share their keys.
struct DecoderPart: Sendable {
  let parallel: any TensorParallel
  /// The heads of queries and of keys that each rank has.
  private let heads, keyValueHeads: [Range<Int>]
  /// The decoder that all ranks run.
  private let whole: DecoderConfiguration

  /// Divides a decoder.
  ///
  /// - Throws: ``DecoderError/indivisible(_:_:ranks:)``.
  init(
    of whole: DecoderConfiguration, _ parallel: any TensorParallel
  ) throws(DecoderError) {
    let size = parallel.size
    for (what, count) in [
      ("heads", whole.heads), ("feed-forward columns", whole.feedForward),
      ("columns", whole.width), ("tokens of the vocabulary", whole.vocabulary),
    ] where count < size {
      throw .indivisible(what, count, ranks: size)
    }
    let (keys, group) = (whole.keyValueHeads, whole.heads / whole.keyValueHeads)
    if keys >= size {
      keyValueHeads = Self.ranges(of: keys, size)
      heads = keyValueHeads.map { $0.lowerBound * group..<$0.upperBound * group }
    } else {
      // Several ranks have the keys and values of one head, and different queries.
      let sharing = size / keys
      guard size.isMultiple(of: keys), group >= sharing else {
        throw .indivisible("heads of keys and values", keys, ranks: size)
      }
      keyValueHeads = (0..<size).map { $0 / sharing..<$0 / sharing + 1 }
      let parts = Self.ranges(of: group, sharing)
      heads = (0..<size).map { rank in
        let (first, part) = (rank / sharing * group, parts[rank % sharing])
        return first + part.lowerBound..<first + part.upperBound
      }
    }
    self.parallel = parallel
    self.whole = whole
  }

  private static func ranges(of count: Int, _ size: Int) -> [Range<Int>] {
    (0..<size).map { count * $0 / size..<count * ($0 + 1) / size }
  }

  /// What this rank runs: its heads, and its columns inside of feed-forward layers.
  func configuration(_ whole: DecoderConfiguration) -> DecoderConfiguration {
    var own = whole
    own.heads = heads[parallel.rank].count
    own.keyValueHeads = keyValueHeads[parallel.rank].count
    own.feedForward = outputs(.linear(block: 0, .up))[parallel.rank].count
    return own
  }

  /// The outputs of a linear layer, or the rows of the table of tokens, that each rank has.
  private func outputs(_ layer: DecoderLayer) -> [Range<Int>] {
    switch layer {
    case .linear(_, .query): columns(heads)
    case .linear(_, .key), .linear(_, .value): columns(keyValueHeads)
    case .linear(_, .gate), .linear(_, .up): Self.ranges(of: whole.feedForward, parallel.size)
    case .embedding, .head: Self.ranges(of: whole.vocabulary, parallel.size)
    default: Self.ranges(of: whole.width, parallel.size)
    }
  }

  private func columns(_ heads: [Range<Int>]) -> [Range<Int>] {
    heads.map { $0.lowerBound * whole.headSize..<$0.upperBound * whole.headSize }
  }

  /// The rows of a weight and columns of a bias that each rank has; `nil`: all.
  func outputsOfEach(_ tensor: DecoderTensor) -> [Range<Int>]? {
    switch tensor.layer {
    case .embedding, .head, .linear: outputs(tensor.layer)
    case .positions, .norm, .blockNorm: nil
    }
  }

  /// Those that this rank has.
  func outputs(of tensor: DecoderTensor) -> Range<Int>? {
    outputsOfEach(tensor)?[parallel.rank]
  }

  /// What all ranks give, side by side, from each its outputs of a layer.
  func gathered(outputsOf layer: DecoderLayer, _ own: Matrix<Float>) throws -> Matrix<Float> {
    try gathered(own, outputs(layer))
  }

  /// What a layer reads, whole, of which each rank made its part.
  func gathered(inputOf layer: DecoderLayer, _ own: Matrix<Float>) throws -> Matrix<Float> {
    switch layer {
    case .linear(_, .output): try gathered(own, columns(heads))
    case .linear(let block, .down):
      try gathered(outputsOf: .linear(block: block, .up), own)
    default: own
    }
  }

  private func gathered(
    _ own: Matrix<Float>, _ parts: [Range<Int>]
  ) throws -> Matrix<Float> {
    let (rows, columns) = (own.shape.rows, parts.last?.upperBound ?? 0)
    // All send as much as the one that has most.
    let most = rows * (parts.map(\.count).max() ?? 0)
    let sent = Buffer<Float>(count: most, zeroed: true) { memory in
      var target = memory.part(0..<own.shape.count)
      target.copy(own.values.span)
    }
    let all = try parallel.share(sent.bytes).viewed(as: Float.self)
    let values = Buffer<Float>(count: rows * columns, zeroed: false) { output in
      for (rank, part) in parts.enumerated() {
        for row in 0..<rows {
          let source = rank * most + row * part.count
          let first = row * columns + part.lowerBound
          var target = output.part(first..<first + part.count)
          target.copy(all.span.extracting(source..<source + part.count))
        }
      }
    }
    return Matrix(validated: Shape(rows, columns), values)
  }

  /// Finds out whether all ranks have read the same.
  ///
  /// - Throws: ``DecoderError/otherModel(rank:)``, the same error in all of them.
  func compare(_ digest: Digest) throws {
    let all = try parallel.share(Buffer([digest.value]).bytes).viewed(as: UInt64.self).array
    if let other = all.firstIndex(where: { $0 != all[0] }) {
      throw DecoderError.otherModel(rank: other)
    }
  }

  /// The rows of tokens, each from the rank that has it.
  func embedded(
    _ tokens: [Int], _ table: LinearWeight, _ execution: Execution
  ) throws -> Matrix<Float> {
    let parts = outputs(.embedding)
    let own = parts[parallel.rank]
    // Rows of others are as long, and nobody reads what is sent for them.
    let rows = try table.rows(
      tokens.map { own.contains($0) ? $0 - own.lowerBound : 0 }, execution)
    let all = try parallel.share(rows.values.bytes).viewed(as: Float.self)
    let owners = tokens.map { token in parts.firstIndex { $0.contains(token) } ?? 0 }
    return Embedding.gather(
      Matrix(validated: Shape(parallel.size * tokens.count, whole.width), all),
      rows: owners.enumerated().map { $1 * tokens.count + $0 }, on: execution)
  }
}
