/// Turns a text into the numbers that a model reads, and back.
public protocol Tokenizer: Sendable {
  /// How many tokens there are; they are numbered from 0.
  var tokenCount: Int { get }

  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - addSpecial: Put the tokens around it with which the model was trained, such as the beginning
  ///     of a sequence.
  ///   - parseSpecial: Take the name of a control token in the text for the token. Never ask this for
  ///     text from strangers: they could end a turn of a conversation and begin another.
  /// - Returns: The tokens, in the order of the text.
  func tokens(_ text: String, addSpecial: Bool, parseSpecial: Bool) -> [Int]

  /// The UTF-8 bytes that one token adds to a text; they can end, or begin, inside a character.
  ///
  /// - Parameters:
  ///   - token: Any number; what is no token adds nothing.
  ///   - isFirst: Whether the text is empty until here.
  ///   - showSpecial: Show control tokens by their names; otherwise they add nothing.
  /// - Returns: The bytes.
  func bytes(of token: Int, isFirst: Bool, showSpecial: Bool) -> [UInt8]
}

extension Tokenizer {
  /// The tokens of a text from anywhere, with those around it with which the model was trained.
  public func tokens(_ text: String) -> [Int] {
    tokens(text, addSpecial: true, parseSpecial: false)
  }

  /// The text of tokens; bytes that are no character become U+FFFD.
  public func text(_ tokens: some Sequence<Int>, showSpecial: Bool = false) -> String {
    var bytes: [UInt8] = []
    for token in tokens {
      bytes += self.bytes(of: token, isFirst: bytes.isEmpty, showSpecial: showSpecial)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
