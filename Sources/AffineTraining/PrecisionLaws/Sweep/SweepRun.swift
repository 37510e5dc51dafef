internal import AffineLayers

/// One training run of a sweep: the extents of a model, how long it trains and in how many bits.
public struct SweepRun: Sendable, Hashable, Codable {
  /// Columns of the residual stream.
  public var width: Int
  /// Blocks of attention and feed-forward.
  public var layers: Int
  /// Heads of attention.
  public var heads: Int
  /// Steps of training.
  public var steps: Int
  /// Bits of weights, inputs of linear layers, and keys and values; `nil`: float32.
  public var weightBits, activationBits, cacheBits: Int?
  /// Fixes the first parameters.
  public var seed: UInt64

  /// A run in float32.
  public init(width: Int, layers: Int = 2, heads: Int, steps: Int, seed: UInt64 = 0) {
    (self.width, self.layers, self.heads) = (width, layers, heads)
    (self.steps, self.seed) = (steps, seed)
  }

  /// Whether it trains in float32.
  var isFloat: Bool { weightBits == nil && activationBits == nil && cacheBits == nil }

  /// The name of its file: `w32x2h2-s1024-w4a4-seed0`.
  public var name: String {
    let bits = [("w", weightBits), ("a", activationBits), ("c", cacheBits)]
      .compactMap { part, bits in bits.map { "\(part)\($0)" } }.joined()
    return "w\(width)x\(layers)h\(heads)-s\(steps)-\(bits.isEmpty ? "float" : bits)-seed\(seed)"
  }

  /// About how long it takes, to share runs out: products grow with the square of the width, the rest
  /// with the width, and some of it not at all.
  var cost: Double {
    let w = Double(width)
    let quantizing = isFloat ? 1 : 1.2
    return Double(steps) * Double(layers) * quantizing * (w * w + 60 * w + 500)
  }

  /// The model: gated feed-forward of three times the width, rotary positions, RMS norms as in the
  /// paper's.
  ///
  /// - Throws: ``AffineLayers/DecoderError``.
  func configuration(vocabulary: Int, context: Int) throws(DecoderError) -> DecoderConfiguration {
    try DecoderConfiguration(
      vocabulary: vocabulary, width: width, layers: layers, heads: heads,
      feedForward: width.multipliedReportingOverflow(by: 3).partialValue, context: context)
  }
}
