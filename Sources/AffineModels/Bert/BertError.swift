public import AffineQuant

/// A BERT model that cannot be read or run as asked.
public enum BertError: Error, Hashable {
  /// Names of tensors that begin with that of a part of a larger model.
  case prefixedTensors(String)
  /// A number of the configuration that no model can have.
  case invalid(field: String, value: Int)
  /// Layers that were not read from such a folder.
  case otherLayers(of: String)
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
    case .prefixedTensors(let prefix):
      "the names of tensors begin with '\(prefix)', as in a model that goes on after the encoder: save the "
        + "encoder alone"
    case .invalid(let field, let value): "a model's \(field) cannot be \(value)"
    case .otherLayers(let name):
      "an encoder of type '\(name)' asks for other layers than were trained, which is not supported"
    case .noTokens(let sequence): "sequence \(sequence) has no tokens"
    case .tooManyTokens(let count, let positions):
      "a sequence has \(count) tokens, and the model \(positions) positions"
    case .unknownToken(let token, let vocabulary):
      "there is no token \(token) in a vocabulary of \(vocabulary)"
    case .layer(let name, let error): "the layer '\(name)': \(error)"
    }
  }
}
