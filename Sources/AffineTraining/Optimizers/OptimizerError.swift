public import AffineQuant

/// What an optimizer cannot do, and with which tensor.
public enum OptimizerError: Error, Hashable {
  /// Values, shapes or formats that do not fit.
  case tensor(String, QuantizationError)
  /// Two parameters with one name.
  case duplicate(String)
  /// Parameters or gradients that are not as many as the optimizer was made for.
  case wrongCount(of: String, expected: Int, found: Int)
  /// A parameter other than the one that the optimizer has moments of at this place.
  case wrongParameter(expected: String, found: String)
  /// A setting outside its range.
  case invalidSetting(String, Float)
  /// A moment that a checkpoint lacks, or has in another format.
  case missing(String)
}

extension OptimizerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tensor(let name, let error): "\(name): \(error)"
    case .duplicate(let name): "two parameters are called \(name)"
    case .wrongCount(let what, let expected, let found):
      "\(expected) \(what) are needed and \(found) were given"
    case .wrongParameter(let expected, let found):
      "the optimizer has moments of \(expected) where \(found) was given"
    case .invalidSetting(let name, let value): "\(name) cannot be \(value)"
    case .missing(let name): "there is no \(name) of the format and shape that is needed"
    }
  }
}
