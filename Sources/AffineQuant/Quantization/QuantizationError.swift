/// Values or parameters that cannot be quantized.
public enum QuantizationError: Error, Hashable {
  /// NaN or infinity, and where it is.
  case notFinite(Float, row: Int, column: Int)
  /// A block whose range overflows the scale's type.
  case rangeTooWide(minimum: Float, maximum: Float, blockRow: Int, blockColumn: Int)
  /// A block with negative values, for a codebook that has none.
  case negative(minimum: Float, blockRow: Int, blockColumn: Int)
  /// A scale or bias that its type does not hold, or a scale that has no finite reciprocal.
  case invalidScale(Float, blockRow: Int, blockColumn: Int)
  /// A scale and a bias with which a code would stand for more than the largest `Float`.
  case overflow(scale: Float, bias: Float, blockRow: Int, blockColumn: Int)
  /// A zero point outside the codes.
  case invalidZeroPoint(Int, codes: ClosedRange<Int>, blockRow: Int, blockColumn: Int)
  /// A bit pattern that is no code of the storage: the fourth of two ternary bits.
  case invalidCode(storage: String, row: Int, column: Int)
  /// A range of codes that the storage does not hold, or that has fewer than two.
  case invalidCodes(ClosedRange<Int>, storage: String)
  /// A smallest scale that is not a positive number.
  case invalidEpsilon(Float)
  /// A rule that the codes or scales of a type do not serve, or a storage, mapping and scale that do not
  /// go together.
  case unsupported(rule: ParameterRule, type: String)
  /// Scales given as numbers to codes of a type that keeps its scales as places in a table, and their mean:
  /// rounded to such they would be others.
  case scalesAreCodes(type: String)
  /// A matrix that is read as a type that it does not have.
  case typeMismatch(expected: String, found: String)
  /// Shapes or counts that do not fit.
  case shape(ShapeError)
}

extension QuantizationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFinite(let value, let row, let column):
      "the value at row \(row), column \(column) is \(value); only finite values can be quantized"
    case .rangeTooWide(let minimum, let maximum, let row, let column):
      "the range \(minimum)…\(maximum) of block (\(row), \(column)) has no finite scale"
    case .negative(let minimum, let row, let column):
      "block (\(row), \(column)) goes down to \(minimum), and the codebook has no negative values"
    case .invalidScale(let scale, let row, let column):
      "\(scale) of block (\(row), \(column)) is no scale or bias of its type, or has no reciprocal"
    case .overflow(let scale, let bias, let row, let column):
      "with the scale \(scale) and the bias \(bias) of block (\(row), \(column)) a code would stand for "
        + "more than the largest Float"
    case .invalidZeroPoint(let zeroPoint, let codes, let row, let column):
      "the zero point \(zeroPoint) of block (\(row), \(column)) is outside the codes \(codes)"
    case .invalidCode(let storage, let row, let column):
      "the bits at row \(row), column \(column) are no code of \(storage)"
    case .invalidCodes(let codes, let storage):
      "codes \(codes) do not fit \(storage), or are fewer than two"
    case .invalidEpsilon(let value):
      "the smallest scale must be a positive number, not \(value)"
    case .unsupported(let rule, let type):
      "there is no \(type), or the rule \(rule.rawValue) cannot choose its parameters"
    case .scalesAreCodes(let type):
      "scales of \(type) are codes and a mean of all: numbers do not take their place, but values can be "
        + "quantized with them"
    case .typeMismatch(let expected, let found):
      "expected a matrix of type \(expected) and found \(found)"
    case .shape(let error): error.description
    }
  }
}
