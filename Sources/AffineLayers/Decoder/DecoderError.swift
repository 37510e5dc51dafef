public import AffineQuant

/// A decoder that cannot be, tensors that do not make one, or tokens that it does not take.
public enum DecoderError: Error, Hashable {
  /// A number outside of what it can be.
  case outOfRange(String, value: Int, range: ClosedRange<Int>)
  /// A number that is not finite or not positive.
  case notPositive(String, Double)
  /// Two numbers that must fit each other.
  case contradiction(String, Int, String, Int)
  /// A tensor that is not there.
  case missingTensor(String)
  /// A tensor of another shape.
  case wrongShape(String, expected: Shape, found: Shape)
  /// Activations in a format that cannot be multiplied with a weight.
  case unsupportedActivations(String, weight: String)
  /// No token at all.
  case noTokens
  /// A number that is no token.
  case noSuchToken(Int, vocabulary: Int)
  /// More tokens than the model's context or the cache has room for.
  case contextFull(capacity: Int, tokens: Int)
  /// Something that cannot be divided among so many ranks.
  case indivisible(String, Int, ranks: Int)
  /// Something that decoders have.
  case encoder(without: String)
  /// A rank that read another model than the first.
  case otherModel(rank: Int)
  /// Inputs of a linear layer that cannot be quantized.
  case quantization(linear: String, QuantizationError)
}

extension DecoderError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfRange(let what, let value, let range):
      "\(what) is \(value), outside of \(range.lowerBound)…\(range.upperBound)"
    case .notPositive(let what, let value): "\(what) is \(value), not a positive number"
    case .contradiction(let what, let value, let other, let otherValue):
      "\(what) (\(value)) does not fit \(other) (\(otherValue))"
    case .missingTensor(let name): "the model has no tensor '\(name)'"
    case .wrongShape(let name, let expected, let found):
      "the tensor '\(name)' is \(found), not \(expected)"
    case .unsupportedActivations(let name, let weight):
      "activations of type \(name) cannot be multiplied with weights of type \(weight)"
    case .noTokens: "there are no tokens"
    case .noSuchToken(let token, let vocabulary):
      "token \(token) is not one of the \(vocabulary) of the vocabulary"
    case .contextFull(let capacity, let tokens):
      "\(tokens) tokens do not fit a context of \(capacity)"
    case .indivisible(let what, let count, let ranks):
      "\(count) \(what) cannot be divided among \(ranks) ranks"
    case .encoder(let what): "an encoder has no \(what)"
    case .otherModel(let rank): "rank \(rank) has read another model than rank 0"
    case .quantization(let linear, let error): "the input of '\(linear)': \(error)"
    }
  }
}
