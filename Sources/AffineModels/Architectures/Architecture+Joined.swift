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
  /// Where the rows of a tensor lie in that of the layers which are joined, and how many all of these have, if it is one
  /// of those.
  func rowsOfJoined(
    _ tensor: DecoderTensor, _ architecture: Architecture
  ) -> (own: Range<Int>, count: Int)? {
    guard architecture.joinsLayers, case .linear(_, let linear) = tensor.layer else { return nil }
    let (queries, keys) = (heads * headSize, keyValueHeads * headSize)
    let all = queries + 2 * keys
    return switch linear {
    case .query: (0..<queries, all)
    case .key: (queries..<queries + keys, all)
    case .value: (queries + keys..<all, all)
    case .gate: (0..<feedForward, 2 * feedForward)
    case .up: (feedForward..<2 * feedForward, 2 * feedForward)
    case .output, .down: nil
    }
  }

  /// Where some rows of a tensor lie in a file.
  func rowsInFile(
    _ rows: Range<Int>, of tensor: DecoderTensor, _ architecture: Architecture
  ) -> Range<Int> {
    let first = rowsOfJoined(tensor, architecture)?.own.lowerBound ?? 0
    return first + rows.lowerBound..<first + rows.upperBound
  }

  /// The shape of a tensor in a file, with the rows of all layers that it is joined with.
  func shapeInFile(of tensor: DecoderTensor, _ architecture: Architecture) -> Shape {
    let own = shape(of: tensor)
    guard let rows = rowsOfJoined(tensor, architecture)?.count else { return own }
    if case .bias = tensor { return Shape(1, rows) }
    return Shape(rows, own.columns)
  }

  /// A tensor of what a file has under its name, perhaps of several layers.
  ///
  /// - Throws: ``AffineLayers/DecoderError/wrongShape(_:expected:found:)``: more rows than all of these have, or fewer.
  func own(
    _ tensor: DecoderTensor, of stored: StoredMatrix, named name: String,
    _ architecture: Architecture
  ) throws -> StoredMatrix {
    guard let rows = rowsOfJoined(tensor, architecture)?.own else { return stored }
    let expected = shapeInFile(of: tensor, architecture)
    guard stored.shape == expected else {
      throw DecoderError.wrongShape(name, expected: expected, found: stored.shape)
    }
    return try stored.rows(rows, of: tensor)
  }
}
