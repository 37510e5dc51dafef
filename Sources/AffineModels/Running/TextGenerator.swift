/// Continues a text piece by piece; a piece is whole characters.
public struct TextGenerator: Sendable {
  /// What chooses tokens.
  public private(set) var generator: Generator
  /// Tokens that were chosen.
  public private(set) var count = 0
  private var text: GeneratedText
  private let maximum: Int
  private var isFinished = false

  init(_ generator: Generator, _ text: GeneratedText, maximum: Int) {
    self.generator = generator
    self.text = text
    self.maximum = maximum
  }

  /// The next characters; `nil` after the end of the text.
  ///
  /// - Throws: As ``Generator/next()``.
  public mutating func next() throws -> String? {
    while !isFinished {
      var piece = ""
      if count < maximum, let token = try generator.next() {
        count += 1
        piece = text.append(token)
        isFinished = text.isStopped
      } else {
        isFinished = true
        piece = text.finish()
      }
      if !piece.isEmpty { return piece }
    }
    return nil
  }
}
