internal import AffineLayers
internal import AffineQuant

extension Architecture {
  /// The module of Hugging Face's files that a layer is a part of, if it is.
  func joined(_ linear: DecoderConfiguration.BlockLinear) -> String? {
    guard joinsLayers else { return nil }
    return switch linear {
    case .query, .key, .value: "self_attn.qkv_proj"
    case .gate, .up: "mlp.gate_up_proj"
    case .output, .down: nil
    }
  }

  /// The same in GGUF files.
  func joinedInGGUF(_ linear: DecoderConfiguration.BlockLinear) -> String? {
    guard joinsLayers else { return nil }
    return switch linear {
    case .query, .key, .value: "attn_qkv"
    case .gate, .up: "ffn_up"
    case .output, .down: nil
    }
  }
}

extension DecoderConfiguration {
  /// Where the rows of a tensor lie in that of the layers which are joined, if it is one of those.
  func rowsOfJoined(_ tensor: DecoderTensor, _ architecture: Architecture) -> Range<Int>? {
    guard architecture.joinsLayers, case .linear(_, let linear) = tensor.layer else { return nil }
    let (queries, keys) = (heads * headSize, keyValueHeads * headSize)
    return switch linear {
    case .query: 0..<queries
    case .key: queries..<queries + keys
    case .value: queries + keys..<queries + 2 * keys
    case .gate: 0..<feedForward
    case .up: feedForward..<2 * feedForward
    case .output, .down: nil
    }
  }
}

extension DecoderTensor {
  /// Whose tensor it is.
  var layer: DecoderLayer {
    switch self {
    case .weight(let layer), .bias(let layer): layer
    }
  }
}

extension StoredMatrix {
  /// Some outputs of a linear layer: rows of a weight, columns of a bias.
  ///
  /// A range beyond those that there are is cut off; who asks finds another shape.
  func rows(_ range: Range<Int>, of tensor: DecoderTensor) throws -> StoredMatrix {
    let count = if case .bias = tensor { shape.columns } else { shape.rows }
    return try rows(inOrder: Array(range.clamped(to: 0..<count)), of: tensor)
  }

  /// The outputs of a linear layer in the order of their numbers: rows of a weight, columns of a bias.
  func rows(inOrder numbers: [Int], of tensor: DecoderTensor) throws -> StoredMatrix {
    switch (tensor, self) {
    case (.bias, _):
      let bias = floats()
      return .float32(
        Matrix(rows: bias.shape.rows, columns: numbers.count) { bias[$0, numbers[$1]] })
    case (.weight, .codes(let codes)): return .codes(try codes.rows(inOrder: numbers))
    case (.weight, _):
      return .float32(Embedding.gather(floats(), rows: numbers, on: .threads(1)))
    }
  }
}
