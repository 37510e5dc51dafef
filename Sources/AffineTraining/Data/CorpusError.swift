public import AffineFormats

/// A text that cannot be trained on as asked.
public enum CorpusError: Error, Hashable {
  /// The system's error.
  case file(FileError)
  /// A text without a byte.
  case empty
  /// Bytes that are no character in UTF-8.
  case notUTF8(byte: Int)
  /// More kinds of characters than a vocabulary takes.
  case tooManyCharacters(found: Int, most: Int)
  /// A character that the vocabulary does not have, and where it stands.
  case unknownCharacter(Unicode.Scalar, byte: Int)
  /// A part for validation that is not between 0 and 1.
  case validationPart(Double)
  /// A part of a text with fewer tokens than a window and the token after it.
  case tooShort(part: CorpusPart, tokens: Int, sequence: Int)
  /// A batch of no windows, of empty windows or of more tokens than fit any memory.
  case batch(windows: Int, sequence: Int)
  /// More windows than there are places where one can start.
  case tooManyWindows(Int, places: Int)
  /// Documents of which no token is taught, or none at all.
  case nothingTaught(part: CorpusPart)
  /// A pair of texts, one of them without tokens or both together longer than a window.
  case pair(tokens: [Int], window: Int)
  /// So few different pairs that a part has none to compare one with.
  case tooFewPairs(Int)
  /// A batch of more windows than pairs fill, which would have some of them twice.
  case repeatedWindows(batch: Int, windows: Int, sequence: Int)
  /// Windows that run without others and hold one pair, which is compared with nothing.
  case lonePair(part: CorpusPart, sequence: Int)
  /// A file of tokens that cannot be read or written.
  case tokens(String)
  /// A file of tokens that was made of something else.
  case staleTokens(path: String, what: String, expected: String, found: String)
}

extension CorpusError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .empty: "the text is empty"
    case .notUTF8(let byte): "the text is not UTF-8 at byte \(byte): read it as bytes instead"
    case .tooManyCharacters(let found, let most):
      "the text has \(found) different characters and a vocabulary takes \(most): "
        + "read it as bytes instead"
    case .unknownCharacter(let character, let byte):
      "the vocabulary has no \(character.debugDescription), which stands at byte \(byte)"
    case .validationPart(let part):
      "the part for validation must be more than 0 and less than 1, and is \(part)"
    case .tooShort(let part, let tokens, let sequence):
      "windows of \(sequence) tokens need \(sequence + 1), and the part for \(part.rawValue) has "
        + "\(tokens)"
    case .batch(let windows, let sequence):
      "a batch cannot have \(windows) windows of \(sequence) tokens"
    case .tooManyWindows(let count, let places):
      "\(count) windows do not fit: the text has \(places) places where one can start"
    case .nothingTaught(let part):
      "the part for \(part.rawValue) has no document with a token that is taught"
    case .pair(let tokens, let window):
      "texts of \(tokens.map(String.init).joined(separator: " and ")) tokens are no pair in a window of \(window)"
    case .tooFewPairs(let count):
      "\(count) different pairs of texts are too few: training compares at least two, and validation two others"
    case .repeatedWindows(let batch, let windows, let sequence):
      "pairs of texts fill \(windows) windows of \(sequence) tokens, and a batch of \(batch) would compare some with "
        + "themselves"
    case .lonePair(let part, let sequence):
      "a window of \(sequence) tokens for \(part.rawValue) holds one pair of texts, which is compared with nothing where it "
        + "runs alone: more windows must run together, or be longer"
    case .tokens(let reason): reason
    case .staleTokens(let path, let what, let expected, let found):
      "'\(path)' holds tokens of another \(what): \(found), not \(expected)"
    }
  }
}
