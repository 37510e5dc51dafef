internal import AffineQuant

/// A block of attention and feed-forward layers.
struct LlamaLayer: Sendable {
  /// The weights of the norms, 1 × width.
  var attentionNorm, feedForwardNorm: Matrix<Float>
  /// Queries, keys and values.
  var attention: LinearGroup
  var output: Linear
  /// The gate, and what it opens.
  var feedForward: LinearGroup
  var down: Linear

  /// A linear layer of the block.
  subscript(linear: LlamaLinear) -> Linear {
    get {
      switch linear {
      case .query: attention[0]
      case .key: attention[1]
      case .value: attention[2]
      case .output: output
      case .gate: feedForward[0]
      case .up: feedForward[1]
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
      case .up: feedForward[1] = newValue
      case .down: down = newValue
      }
    }
  }

  /// The weight of a norm.
  subscript(norm: LlamaNorm) -> Matrix<Float> {
    get { norm == .attention ? attentionNorm : feedForwardNorm }
    set {
      switch norm {
      case .attention: attentionNorm = newValue
      case .feedForward: feedForwardNorm = newValue
      }
    }
  }
}
