/// A weight that cannot multiply outliers apart.
public enum OutlierError: Error, Hashable {
  /// A threshold that is negative or NaN.
  case threshold(Float)
  /// Codes whose scales change from column to column, along which a product sums.
  case granularity(type: String)
  /// Values or a type that cannot be quantized.
  case quantization(QuantizationError)
}

extension OutlierError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .threshold(let value):
      "the threshold of outliers must be a number of at least 0, not \(value)"
    case .granularity(let type):
      "a product needs scales that are constant along slices of a row, and \(type) has others"
    case .quantization(let error): error.description
    }
  }
}
