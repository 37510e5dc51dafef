internal import AffineQuant

/// What attention remembers of the tokens so far: the keys and values of all layers.
///
/// A value: a copy shares memory until one of both grows, so that a prompt that many texts begin with is
/// computed once. Memory grows with the tokens, 32 at a time.
public struct KeyValueCache: Sendable {
  /// How numbers are kept.
  public let format: CacheFormat
  /// Tokens that there is room for.
  public let capacity: Int
  var layers: [AttentionCache]

  /// An empty cache for a model.
  ///
  /// - Parameters:
  ///   - configuration: Of the model.
  ///   - format: How numbers are kept.
  ///   - capacity: Tokens that there is room for; the model's context at most.
  public init(
    _ configuration: DecoderConfiguration, format: CacheFormat = .float16, capacity: Int? = nil
  ) {
    self.format = format
    self.capacity = min(capacity ?? configuration.context, configuration.context)
    let empty = AttentionCache(
      heads: configuration.keyValueHeads, size: configuration.headSize, format: format)
    layers = [AttentionCache](repeating: empty, count: configuration.blocks.count)
  }

  /// The tokens that are held.
  public var count: Int { layers.first?.count ?? 0 }
  /// The bytes of all keys and values.
  public var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }

  /// The bytes that some tokens take.
  ///
  /// Of `tokens` tokens, in all layers.
  public func byteCount(tokens: Int) -> Int {
    layers.count * layers[0].byteCount(tokens: tokens)
  }

  /// Forgets all tokens but the first.
  ///
  /// `count` is how many tokens stay.
  ///
  /// - Precondition: There are at least so many.
  public mutating func truncate(to count: Int) {
    for layer in layers.indices { layers[layer].truncate(to: count) }
  }

  /// Leaves nothing behind, so that what is taken has no other owner and grows in its own memory.
  mutating func take() -> KeyValueCache {
    let taken = self
    layers = []
    return taken
  }

  /// - Throws: ``DecoderError/contextFull(capacity:tokens:)``.
  func checkRoom(for tokens: Int) throws(DecoderError) {
    guard tokens <= capacity - count else {
      throw .contextFull(capacity: capacity, tokens: count + tokens)
    }
  }
}
