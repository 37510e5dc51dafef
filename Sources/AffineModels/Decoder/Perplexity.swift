public import AffineLayers
public import AffineQuant

/// How well a model foresees a text.
public struct Perplexity: Sendable, Hashable {
  /// Tokens that were foreseen.
  public private(set) var tokens = 0
  /// The sum of −ln p of them.
  public private(set) var negativeLogLikelihood = 0.0

  /// e to the mean of −ln p; 1 without tokens.
  public var value: Double {
    FloatFunctions.exponential(negativeLogLikelihood / Double(max(tokens, 1)))
  }

  /// Starts with no tokens.
  public init() {}

  /// Counts a window: the model reads it from nothing and foresees every token of it but the first.
  ///
  /// - Parameters:
  ///   - window: The tokens; a window of one counts nothing.
  ///   - model: What foresees them.
  ///   - format: How keys and values are kept.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``AffineLayers/DecoderError``; ``LanguageModelError/notFinite(token:)``.
  public mutating func count(
    _ window: some RandomAccessCollection<Int>, _ model: DecoderModel,
    cache format: CacheFormat = .float16, on execution: Execution = .standard
  ) throws {
    guard window.count > 1 else { return }
    let window = Array(window)
    var cache = KeyValueCache(model.configuration, format: format)
    try model.eachLogits(after: Array(window.dropLast()), &cache, on: execution) { logits, first in
      let targets = Array(window[first + 1...first + logits.shape.rows])
      for (place, loss) in Softmax.losses(logits, targets: targets, on: execution).enumerated() {
        guard loss.isFinite else { throw LanguageModelError.notFinite(token: targets[place]) }
        negativeLogLikelihood += loss
      }
      tokens += targets.count
    }
  }

  /// The windows of a text: neighbours of `context` tokens, the last one shorter.
  public static func windows(_ tokens: [Int], context: Int) -> [ArraySlice<Int>] {
    precondition(context > 0, "windows of \(context) tokens")
    return stride(from: 0, to: tokens.count, by: context).map {
      tokens[$0..<min($0 + context, tokens.count)]
    }
  }
}
