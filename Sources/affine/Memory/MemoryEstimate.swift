import AffineBench
import AffineLayers
import AffineQuant

/// The bytes of a decoder on paper.
struct MemoryEstimate {
  /// With one type of weights, as scripts read it.
  struct Row: Encodable {
    let weights: String
    let parameters, weightBytes: Int
    /// Of one text, at so many tokens.
    let bytesPerToken: Int
    let cacheBytes, activationBytes, totalBytes: Int
    /// Tokens of each text at most.
    @Nullable var tokensThatFit: Int?
  }

  let configuration: DecoderConfiguration
  let tokens, texts: Int
  /// Bytes that all must fit, if they must.
  let memory: Double?
  /// Of one text.
  private let cacheBytes: (_ tokens: Int) -> Int

  init(
    _ configuration: DecoderConfiguration, cache format: CacheFormat, tokens: Int, texts: Int,
    memory: Double?
  ) {
    self.configuration = configuration
    self.tokens = tokens
    self.texts = texts
    self.memory = memory
    let cache = KeyValueCache(configuration, format: format)
    cacheBytes = { cache.byteCount(tokens: $0) }
  }

  func row(_ format: WeightFormat) -> Row {
    var (all, read, parameters) = (0, 0, 0)
    for tensor in configuration.tensors {
      let shape = configuration.shape(of: tensor)
      let isMatrix = shape.rows > 1
      func bytes(sums: Bool) -> Int {
        isMatrix
          ? format.byteCount(of: shape, sums: sums) : shape.count * MemoryLayout<Float>.stride
      }
      parameters += shape.count
      // A table of tokens is packed without them.
      all += bytes(sums: tensor != .weight(.embedding))
      let isTable = tensor == .weight(.embedding) && !configuration.isTied
      let ofRow = bytes(sums: false)
      read += isTable || tensor == .weight(.positions) ? ofRow / shape.rows : ofRow
    }
    let (cache, activations) = (texts * cacheBytes(tokens), configuration.activationBytes(texts))
    let fits = memory.map { memory in
      let room = (memory - Double(all + activations)) / Double(texts)
      return room < 0 ? 0 : most(in: room)
    }
    return Row(
      weights: format.name, parameters: parameters, weightBytes: all,
      bytesPerToken: read + cacheBytes(tokens), cacheBytes: cache, activationBytes: activations,
      totalBytes: all + cache + activations, tokensThatFit: fits)
  }

  /// Tokens whose keys and values take so many bytes at most; they lie in pages.
  private func most(in bytes: Double) -> Int {
    var (low, high) = (0, configuration.context)
    while low < high {
      let middle = (low + high + 1) / 2
      if Double(cacheBytes(middle)) <= bytes { low = middle } else { high = middle - 1 }
    }
    return low
  }

  func table(_ rows: [Row]) -> TextTable {
    var table = TextTable(
      [
        "weights", "bits a weight", "weights", "a token reads", "keys and values of \(tokens)",
        "activations", "together",
      ] + (memory == nil ? [] : ["tokens that fit"]))
    table.rows = rows.map { row in
      [
        row.weights, (8 * Double(row.weightBytes) / Double(row.parameters)).fixed(2),
        "\(ByteCount(row.weightBytes))", "\(ByteCount(row.bytesPerToken))",
        "\(ByteCount(row.cacheBytes))", "\(ByteCount(row.activationBytes))",
        "\(ByteCount(row.totalBytes))",
      ] + (row.tokensThatFit.map { ["\($0)"] } ?? [])
    }
    return table
  }
}

extension DecoderConfiguration {
  /// The rows of a pass, and the logits of one token a text.
  fileprivate func activationBytes(_ texts: Int) -> Int {
    let rows = max(DecoderModel.pieceLength, texts)
    return MemoryLayout<Float>.stride * (rows * floatsOfRow + texts * vocabulary)
  }
}
