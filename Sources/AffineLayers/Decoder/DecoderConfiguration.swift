/// What a transformer is, a decoder or an encoder: extents, constants and choices, whatever file it came from.
public struct DecoderConfiguration: Sendable, Hashable, Codable {
  /// What normalizes rows.
  public enum Norm: String, Sendable, Hashable, Codable, CaseIterable {
    /// Layer norm, root mean square norm, or a norm by range (arXiv 1805.11046).
    case layer, rms, range
  }

  /// What is between the two products of a feed-forward layer.
  public enum Activation: String, Sendable, Hashable, Codable, CaseIterable {
    /// One function; or `silu(gate) · up` or `gelu(gate) · up`, with a third product.
    case gelu, silu, swiglu, geglu
  }

  /// A linear layer of a block.
  public enum BlockLinear: String, Sendable, Hashable, Codable, CaseIterable {
    /// Of attention, and of feed-forward layers.
    case query, key, value, output, gate, up, down
  }

  /// What one block's attention sees, and how its positions turn.
  public struct BlockAttention: Sendable, Hashable, Codable {
    /// Tokens back that a token sees, itself with them; none: all.
    public var window: Int?
    /// How queries and keys turn; none: they do not.
    public var rotary: RotaryRule?

    /// Collects the two.
    public init(window: Int? = nil, rotary: RotaryRule? = nil) {
      self.window = window
      self.rotary = rotary
    }
  }

  /// Tokens that there are.
  public var vocabulary: Int
  /// Columns of the residual stream.
  public var width: Int
  /// Heads of queries.
  public var heads: Int
  /// Heads of keys and values, which neighbouring heads of queries share.
  public var keyValueHeads: Int
  /// Columns of a head.
  public var headSize: Int
  /// Columns inside of feed-forward layers.
  public var feedForward: Int
  /// Tokens of a sequence at most.
  public var context: Int
  /// The attention of each block, in their order.
  public var blocks: [BlockAttention]

  /// What normalizes rows.
  public var norm = Norm.rms
  /// What is added to the mean square or variance of a norm.
  public var normEpsilon: Float = 1e-5
  /// What is added to the weights of norms: 1 in Gemma's files of Hugging Face, 0 elsewhere.
  public var normOffset: Float = 0
  /// Whether queries and keys are normalized, a head at a time, before they turn.
  public var normalizesHeads = false
  /// Whether what a layer gives is normalized before it is added to the residual stream.
  public var normalizesOutputs = false
  /// The function of feed-forward layers.
  public var activation = Activation.swiglu
  /// The linear layers that have a bias.
  public var biases: Set<BlockLinear> {
    get { Set(orderedBiases) }
    set { orderedBiases = BlockLinear.allCases.filter(newValue.contains) }
  }
  /// In one order, so that one configuration has one text.
  private var orderedBiases: [BlockLinear] = []
  /// Whether a table of trained positions is added to the embedded tokens.
  public var learnsPositions = false
  /// What products of queries and keys are multiplied by; none: 1 / √headSize.
  public var attentionScale: Float?
  /// Scores of attention and logits end at `cap · tanh(x / cap)`.
  public var attentionCap, logitCap: Float?
  /// What embedded tokens are multiplied by.
  public var embeddingScale: Float = 1
  /// Whether the head is the embedding's table.
  public var isTied = false
  /// What makes an encoder of it; none: it is a decoder.
  public var encoder: EncoderRule?

  /// Names the extents; choices are Llama's (Touvron et al., arXiv 2302.13971).
  public init(
    vocabulary: Int, width: Int, heads: Int, keyValueHeads: Int, headSize: Int, feedForward: Int,
    context: Int, blocks: [BlockAttention]
  ) {
    self.vocabulary = vocabulary
    self.width = width
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
    self.feedForward = feedForward
    self.context = context
    self.blocks = blocks
  }

  /// A decoder of equal blocks, whose heads together are as wide as the residual stream and turn whole.
  ///
  /// - Parameters:
  ///   - vocabulary: Tokens that there are.
  ///   - width: Columns of the residual stream.
  ///   - layers: Blocks, 1 to 4096.
  ///   - heads: Heads of queries; a head has `width / heads` columns.
  ///   - keyValueHeads: Heads of keys and values; `nil`: as many as of queries.
  ///   - feedForward: Columns inside of feed-forward layers.
  ///   - context: Tokens of a sequence at most.
  /// - Throws: ``DecoderError``: a width that does not divide into heads, layers that nobody has.
  public init(
    vocabulary: Int, width: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil,
    feedForward: Int, context: Int
  ) throws(DecoderError) {
    for (what, value, range) in [
      ("the width", width, 1...1 << 24), ("the number of heads", heads, 1...1 << 12),
    ] where !range.contains(value) {
      throw .outOfRange(what, value: value, range: range)
    }
    guard width.isMultiple(of: heads) else {
      throw .contradiction("the width", width, "the number of heads", heads)
    }
    guard Self.layers.contains(layers) else {
      throw .outOfRange("the number of layers", value: layers, range: Self.layers)
    }
    let block = BlockAttention(rotary: RotaryRule(base: 10_000, columns: width / heads))
    self.init(
      vocabulary: vocabulary, width: width, heads: heads, keyValueHeads: keyValueHeads ?? heads,
      headSize: width / heads, feedForward: feedForward, context: context,
      blocks: Array(repeating: block, count: layers))
  }

  /// Numbers of blocks that models may have.
  package static let layers = 1...1 << 12
}
