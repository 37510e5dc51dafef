internal import AffineQuant

/// What a block of a decoder that runs holds.
struct DecoderBlock: Sendable {
  var norms: [DecoderLayer.BlockNorm: Norm]
  /// Queries, keys and values.
  var attention: LinearGroup
  var output: Linear
  /// The gate, if there is one, and what it opens.
  var feedForward: LinearGroup
  var down: Linear

  /// A linear layer of the block.
  subscript(linear: DecoderConfiguration.BlockLinear) -> Linear {
    get {
      switch linear {
      case .query: attention[0]
      case .key: attention[1]
      case .value: attention[2]
      case .output: output
      case .gate: feedForward[0]
      case .up: feedForward[feedForward.count - 1]
      case .down: down
      }
    }
    set {
      switch linear {
      case .query: attention[0] = newValue
      case .key: attention[1] = newValue
      case .value: attention[2] = newValue
      case .output: output = newValue
      case .gate: feedForward[0] = newValue
      case .up: feedForward[feedForward.count - 1] = newValue
      case .down: down = newValue
      }
    }
  }
}
