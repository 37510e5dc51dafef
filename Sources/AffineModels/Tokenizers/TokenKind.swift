/// What a token is; the raw values are those of `tokenizer.ggml.token_type` in GGUF.
public enum TokenKind: Int, Sendable, Hashable, CaseIterable {
  /// Nothing is said of it.
  case undefined
  /// A piece of text.
  case normal
  /// Stands for what has no token.
  case unknown
  /// Says something about the text, such as where a turn ends; it is no text itself.
  case control
  /// Text that is always one token.
  case userDefined
  /// Never made.
  case unused
  /// One byte, written `<0x0A>`.
  case byte
}
