/// Activations that cannot be observed, or an observer that cannot answer.
public enum ObserverError: Error, Hashable {
  /// No batch with a value has been seen.
  case nothingObserved
  /// The part of a new batch in an average, outside 0…1 or 0.
  case momentum(Float)
  /// The part of all values that a range shall hold, outside 0…1 or 0.
  case fraction(Double)
  /// A batch with more or fewer columns than those before.
  case columns(expected: Int, found: Int)
  /// A type whose scales are not shared as the observer's ranges are.
  case granularity(type: String, axis: ObservedAxis)
  /// Values that are not finite, or a range or rule without parameters.
  case quantization(QuantizationError)
}

extension ObserverError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .nothingObserved: "no activations have been observed"
    case .momentum(let value):
      "the part of a new batch in the average must be above 0 and at most 1, not \(value)"
    case .fraction(let value):
      "the part of the values to hold must be above 0 and at most 1, not \(value)"
    case .columns(let expected, let found):
      "earlier batches had \(expected) columns and this one has \(found)"
    case .granularity(let type, let axis):
      "\(type) does not have one scale a \(axis.rawValue), as was observed"
    case .quantization(let error): error.description
    }
  }
}
