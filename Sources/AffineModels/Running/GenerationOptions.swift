public import AffineLayers

/// How a text is continued, and where it ends.
public struct GenerationOptions: Sendable {
  /// New tokens at most.
  public var maximumTokens = 128
  /// How tokens are chosen.
  public var sampler = Sampler.greedy
  /// The text ends before the first of these strings, which is not handed out.
  public var stops: [String] = []
  /// Whether tokens that end texts are taken for others.
  public var ignoresEnd = false
  /// How keys and values are kept.
  public var cache = CacheFormat.float16

  /// The likeliest tokens, 128 at most.
  public init() {}
}
