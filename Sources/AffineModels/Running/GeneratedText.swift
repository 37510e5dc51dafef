/// The text of tokens that come one by one, in whole characters, up to a stop string.
struct GeneratedText: Sendable {
  private var stream: TokenStream
  private var stops: StopStrings

  /// - Throws: ``LanguageModelError/emptyStop``.
  init(_ tokenizer: any Tokenizer, stops: [String], goesOn: Bool) throws(LanguageModelError) {
    stream = TokenStream(tokenizer, goesOn: goesOn)
    self.stops = try StopStrings(stops)
  }

  /// Whether a stop string was found.
  var isStopped: Bool { stops.isFound }

  /// What one more token adds; often nothing.
  mutating func append(_ token: Int) -> String { stops.append(stream.append(token)) }

  /// What was held back.
  mutating func finish() -> String { stops.append(stream.finish()) + stops.finish() }
}
