/// A tokenizer of a model that continues texts.
public protocol LanguageTokenizer: Tokenizer {
  /// The token that begins a sequence.
  var bosToken: Int? { get }
  /// The token that ends a sequence, or a turn.
  var eosToken: Int? { get }
  /// The tokens that end a text or a turn of a conversation.
  var ends: Set<Int> { get }
}

extension LanguageTokenizer {
  /// What a template calls a token: its name, and nothing for none.
  func name(of token: Int?) -> String { token.map { text([$0], showSpecial: true) } ?? "" }

  /// Whether what a template wrote begins with the token that begins a text, which is not to be put before it again.
  func begins(written text: String) -> Bool {
    let begin = name(of: bosToken)
    return !begin.isEmpty && text.utf8.starts(with: begin.utf8)
  }
}

extension BytePairTokenizer: LanguageTokenizer {}
