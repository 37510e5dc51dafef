public import AffineFormats
public import AffineQuant

/// A BERT model that cannot be read or run as asked.
public enum BertError: Error, Hashable {
  /// The system's error.
  case file(FileError)
  /// A file of a folder that is not there, and what it would say.
  case missing(file: String, what: String)
  /// A file that is not JSON, or has no such field of the right kind.
  case malformed(file: String, reason: String)
  /// What a file asks for and this model does not do.
  case unsupported(file: String, what: String)
  /// Names of tensors that begin with that of a part of a larger model.
  case prefixedTensors(String)
  /// A number of the configuration that no model can have.
  case invalid(field: String, value: Int)
  /// Heads that do not divide the width.
  case unevenHeads(heads: Int, width: Int)
  /// A tensor that is missing or cannot be read.
  case tensors(SafeTensorsError)
  /// A tensor that no layer reads.
  case unusedTensor(String, layers: Int)
  /// A tensor that is not as the configuration says.
  case wrongShape(tensor: String, expected: Shape, found: Shape)
  /// A sequence without tokens.
  case noTokens(sequence: Int)
  /// More tokens than the model has positions.
  case tooManyTokens(Int, positions: Int)
  /// A token that is not in the vocabulary.
  case unknownToken(Int, vocabulary: Int)
  /// A layer whose input cannot be multiplied.
  case layer(name: String, QuantizationError)
}

extension BertError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .missing(let file, let what): "there is no file \(file), which would say \(what)"
    case .malformed(let file, let reason): "\(file): \(reason)"
    case .unsupported(let file, let what): "\(file) asks for \(what), which is not supported"
    case .prefixedTensors(let prefix):
      "the names of tensors begin with '\(prefix)', as in a model that goes on after the encoder: save the "
        + "encoder alone"
    case .invalid(let field, let value): "a model's \(field) cannot be \(value)"
    case .unevenHeads(let heads, let width): "\(heads) heads do not divide a width of \(width)"
    case .tensors(let error): error.description
    case .unusedTensor(let name, let layers):
      "the tensor '\(name)' belongs to nothing that a model of \(layers) layers computes"
    case .wrongShape(let tensor, let expected, let found):
      "the tensor '\(tensor)' is \(found), and the configuration says \(expected)"
    case .noTokens(let sequence): "sequence \(sequence) has no tokens"
    case .tooManyTokens(let count, let positions):
      "a sequence has \(count) tokens, and the model \(positions) positions"
    case .unknownToken(let token, let vocabulary):
      "there is no token \(token) in a vocabulary of \(vocabulary)"
    case .layer(let name, let error): "the layer '\(name)': \(error)"
    }
  }
}
