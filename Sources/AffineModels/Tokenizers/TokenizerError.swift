public import AffineFormats

/// Parts that do not make a tokenizer.
public enum TokenizerError: Error, Hashable {
  /// The system's error.
  case file(FileError)
  /// A GGUF file without the parts of a tokenizer.
  case gguf(GGUFError)
  /// A kind of tokenizer that is not known here, by its name in `tokenizer.ggml.model`.
  case unknownModel(String)
  /// A setting of the file that nobody follows here.
  case unsupported(String)
  /// No token at all.
  case emptyVocabulary
  /// More tokens or merges than are numbered here.
  case tooMany(of: String, found: Int, most: Int)
  /// A list of the wrong length.
  case wrongCount(of: String, expected: Int, found: Int)
  /// A number that stands for no kind of token.
  case unknownKind(Int, token: Int)
  /// A way to split texts into words that is not known here.
  case unknownPreTokenizer(String)
  /// A merge that is not two tokens with a space between them, or does not make a token.
  case merge(number: Int, text: String)
  /// A token that the vocabulary must have.
  case missingToken(String)
  /// A number beyond the vocabulary.
  case noSuchToken(Int, role: String, count: Int)
  /// Fewer places than the tokens around every text take.
  case maximumCount(Int, least: Int)
  /// Bytes that are not UTF-8.
  case notUTF8
}

extension TokenizerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .gguf(let error): error.description
    case .unknownModel(let name):
      "the kind of tokenizer is '\(name)', and only gpt2 (byte pairs) and llama (pieces) are known"
    case .unsupported(let key): "the tokenizer has '\(key)', which is not supported"
    case .emptyVocabulary: "a vocabulary must have a token"
    case .tooMany(let what, let found, let most): "there are \(found) \(what) and \(most) at most"
    case .wrongCount(let what, let expected, let found):
      "\(expected) \(what) were expected and \(found) found"
    case .unknownKind(let kind, let token): "token \(token) has kind \(kind), which is unknown"
    case .unknownPreTokenizer(let name):
      "texts that are cut into words as '\(name)' says (tokenizer.ggml.pre) are not supported"
    case .merge(let number, let text):
      "merge \(number), '\(text)', does not make a token of two others"
    case .missingToken(let text): "the vocabulary has no token '\(text)'"
    case .noSuchToken(let token, let role, let count):
      "token \(token), for \(role), is not one of the \(count) of the vocabulary"
    case .maximumCount(let count, let least): "\(count) tokens at most are fewer than \(least)"
    case .notUTF8: "the vocabulary is not UTF-8"
    }
  }
}
