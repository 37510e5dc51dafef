/// The extents and choices of a decoder-only transformer.
public struct TransformerShape: Sendable, Hashable, Codable {
  /// What normalizes rows.
  public enum Norm: String, Sendable, Hashable, Codable, CaseIterable {
    /// Layer norm, root mean square norm, or a norm by range (arXiv 1805.11046).
    case layer, rms, range
  }

  /// What is between the two products of a feed-forward layer.
  public enum Activation: String, Sendable, Hashable, Codable, CaseIterable {
    /// One function; or `silu(gate) · up`, with a third product.
    case gelu, silu, swiglu
  }

  /// How a token knows its place.
  public enum Positions: String, Sendable, Hashable, Codable, CaseIterable {
    /// A trained vector for each place, or rotation.
    case learned, rotary
  }

  /// Tokens that there are.
  public var vocabulary: Int
  /// Columns of the residual stream.
  public var width = 128
  /// Blocks of attention and feed-forward.
  public var layers = 2
  /// Heads of attention.
  public var heads = 4
  /// Heads of keys and values; fewer than ``heads`` share them.
  public var keyValueHeads = 4
  /// Tokens of a sequence.
  public var context = 64
  /// Columns between the products of a feed-forward layer.
  public var hidden = 512
  /// What normalizes rows.
  public var norm = Norm.layer
  /// The function of feed-forward layers.
  public var activation = Activation.gelu
  /// How a token knows its place.
  public var positions = Positions.learned
  /// Whether the head is the embedding's table.
  public var isTied = false
  /// What part of values dropout drops.
  public var dropout: Float = 0

  /// The shape of the acceptance runs: 2 layers of width 128.
  public init(vocabulary: Int) { self.vocabulary = vocabulary }

  /// About how many parameters there are: extents are at most 2^24, so no product of two overflows.
  private var parameterCount: (Int, overflow: Bool) {
    let block = 4 * width * width + 3 * width * hidden
    let (blocks, overflow) = block.multipliedReportingOverflow(by: layers)
    return (blocks / 2 + (2 * vocabulary + context) * width, overflow)
  }

  /// Refuses extents that no model has.
  ///
  /// - Throws: ``TrainingError/model(_:)``.
  public func validate() throws(TrainingError) {
    for (name, value) in [
      ("vocabulary", vocabulary), ("width", width), ("layers", layers), ("heads", heads),
      ("key-value heads", keyValueHeads), ("context", context), ("hidden", hidden),
    ] where value < 1 || value > 1 << 24 {
      throw .model("\(name) must be between 1 and \(1 << 24), not \(value)")
    }
    // Nothing that an address space of common size could not hold.
    let (values, overflow) = parameterCount
    guard !overflow, values <= 1 << 32 else {
      throw .model("a model of these extents has more than \(1 << 32) parameters")
    }
    guard width.isMultiple(of: heads) else {
      throw .model("a width of \(width) does not divide into \(heads) heads")
    }
    guard heads.isMultiple(of: keyValueHeads) else {
      throw .model("\(heads) heads cannot share \(keyValueHeads) heads of keys and values evenly")
    }
    guard positions != .rotary || (width / heads).isMultiple(of: 2) else {
      throw .model("rotary positions need heads of even size, not \(width / heads)")
    }
    guard dropout >= 0, dropout < 1 else {
      throw .model("a dropout of \(dropout) is not at least 0 and below 1")
    }
  }
}
