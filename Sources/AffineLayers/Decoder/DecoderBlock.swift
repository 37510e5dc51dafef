internal import AffineQuant

/// What a block of a decoder that runs holds.
struct DecoderBlock: Sendable {
  var norms: BlockNorms
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

/// The norms of a block, each at a place of its own: nothing is looked up for a token.
struct BlockNorms: Sendable {
  private var all = [Norm?](repeating: nil, count: DecoderLayer.BlockNorm.allCases.count)
  /// The weights of the norms of heads, those of queries and then of keys, one a column: for values too,
  /// which nobody reads.
  private(set) var headWeights: Buffer<Float>?

  subscript(place: DecoderLayer.BlockNorm) -> Norm? {
    get { all[place.index] }
    set { all[place.index] = newValue }
  }

  /// Spreads the weights of the norms of heads, if there are such.
  mutating func spreadHeads(_ configuration: DecoderConfiguration) {
    guard let query = self[.query], let key = self[.key] else { return }
    let rows =
      [[Float]](repeating: query.weight.values.array, count: configuration.heads)
      + [[Float]](repeating: key.weight.values.array, count: 2 * configuration.keyValueHeads)
    headWeights = Buffer(Array(rows.joined()))
  }
}

extension DecoderLayer.BlockNorm {
  fileprivate var index: Int {
    switch self {
    case .attention: 0
    case .feedForward: 1
    case .query: 2
    case .key: 3
    case .attentionOutput: 4
    case .feedForwardOutput: 5
    }
  }
}
