public import AffineFormats

/// Files that do not make a model.
public enum ModelFileError: Error, Hashable {
  /// The system's error.
  case file(FileError)
  /// A file that is not there, and what it would say.
  case missing(file: String, what: String)
  /// A file that is not JSON, or has no such field of the right kind.
  case malformed(file: String, reason: String)
  /// What a file asks for and nothing here computes.
  case unsupported(file: String, what: String)
  /// An architecture without a row in the table.
  case unknownArchitecture(file: String, String)
  /// An encoder where a decoder is wanted, or a decoder where an encoder is.
  case otherKind(file: String, String, isEncoder: Bool)
  /// Two settings that do not go together.
  case contradiction(file: String, String, String, String, String)
  /// A decoder that no settings of its family describe: what would be another value.
  case inexpressible(String, String, String, String)
  /// A tensor that no layer reads.
  case unusedTensor(String, blocks: Int)
}

extension ModelFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .missing(let file, let what): "there is no file \(file), which would say \(what)"
    case .malformed(let file, let reason): "\(file): \(reason)"
    case .unsupported(let file, let what): "\(file) asks for \(what), which cannot be computed"
    case .unknownArchitecture(let file, let name):
      "\(file): the architecture '\(name)' is none of "
        + Architecture.all.flatMap { [$0.name] + $0.otherNames }.joined(separator: ", ")
    case .otherKind(let file, let name, isEncoder: true):
      "\(file): the architecture '\(name)' is an encoder, which has embeddings of texts and no next token"
    case .otherKind(let file, let name, isEncoder: false):
      "\(file): the architecture '\(name)' is a decoder, which has a next token and no embeddings of texts"
    case .contradiction(let file, let what, let value, let other, let otherValue):
      "\(file): \(what) (\(value)) does not fit \(other) (\(otherValue))"
    case .inexpressible(let name, let what, let found, let wanted):
      "no config.json of '\(name)' describes this decoder: its '\(what)' would be \(found), not \(wanted)"
    case .unusedTensor(let name, let blocks):
      "the tensor '\(name)' belongs to nothing that a model of \(blocks) blocks computes"
    }
  }
}
