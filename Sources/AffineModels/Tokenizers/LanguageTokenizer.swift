/// A tokenizer of a model that continues texts.
public protocol LanguageTokenizer: Tokenizer {
  /// The token that begins a sequence.
  var bosToken: Int? { get }
  /// The token that ends a sequence, or a turn.
  var eosToken: Int? { get }
  /// The tokens that end a text or a turn of a conversation.
  var ends: Set<Int> { get }
}

extension BytePairTokenizer: LanguageTokenizer {}
