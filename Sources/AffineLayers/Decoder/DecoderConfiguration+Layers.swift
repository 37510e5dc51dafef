public import AffineQuant

extension DecoderConfiguration {
  /// Columns of all heads of queries, and of keys.
  package var queryWidth: Int { heads * headSize }
  package var keyWidth: Int { keyValueHeads * headSize }

  /// The linear layers that read what the second norm of a block wrote.
  package var feedForwardInputs: [BlockLinear] {
    switch activation {
    case .gelu, .silu: [.up]
    case .swiglu, .geglu: [.gate, .up]
    }
  }

  /// The norms of a block.
  package var blockNorms: [DecoderLayer.BlockNorm] {
    [.attention, .feedForward] + (normalizesHeads ? [.query, .key] : [])
      + (normalizesOutputs ? [.attentionOutput, .feedForwardOutput] : [])
  }

  /// The linear layers of a block, in the order in which they run.
  package var blockLinears: [BlockLinear] {
    [.query, .key, .value, .output] + feedForwardInputs + [.down]
  }

  /// All linear layers, in the order in which they run; a head that is the embedding is none.
  package var linearLayers: [DecoderLayer] {
    blocks.indices.flatMap { block in
      blockLinears.map { DecoderLayer.linear(block: block, $0) }
    } + (isTied ? [] : [.head])
  }

  /// All tensors of a model.
  public var tensors: [DecoderTensor] {
    var layers: [DecoderLayer] = [.embedding]
    if learnsPositions { layers.append(.positions) }
    for block in blocks.indices {
      layers += blockNorms.map { .blockNorm(block: block, $0) }
      layers += blockLinears.map { .linear(block: block, $0) }
    }
    layers.append(.norm)
    if !isTied { layers.append(.head) }
    return layers.flatMap(parts)
  }

  /// The tensors of a layer.
  package func parts(of layer: DecoderLayer) -> [DecoderTensor] {
    hasBias(layer) ? [.weight(layer), .bias(layer)] : [.weight(layer)]
  }

  /// Whether a layer has a bias.
  public func hasBias(_ layer: DecoderLayer) -> Bool {
    switch layer {
    case .embedding, .positions, .head, .blockNorm(_, .query), .blockNorm(_, .key): false
    case .norm, .blockNorm: norm != .rms
    case .linear(_, let linear): biases.contains(linear)
    }
  }

  /// Rows and columns.
  public func shape(of tensor: DecoderTensor) -> Shape {
    switch tensor {
    case .bias(let layer):
      switch layer {
      case .linear: Shape(1, shape(of: .weight(layer)).rows)
      default: shape(of: .weight(layer))
      }
    case .weight(let layer):
      switch layer {
      case .embedding, .head: Shape(vocabulary, width)
      case .positions: Shape(context + (encoder?.placesBefore ?? 0), width)
      case .blockNorm(_, .query), .blockNorm(_, .key): Shape(1, headSize)
      case .norm, .blockNorm: Shape(1, width)
      case .linear(_, .query): Shape(queryWidth, width)
      case .linear(_, .key), .linear(_, .value): Shape(keyWidth, width)
      case .linear(_, .output): Shape(width, queryWidth)
      case .linear(_, .gate), .linear(_, .up): Shape(feedForward, width)
      case .linear(_, .down): Shape(width, feedForward)
      }
    }
  }
}
