/// How gradients travel between ranks, by name.
public enum ExchangeFormat: String, Sendable, Hashable, CaseIterable {
  /// 4 bytes a value.
  case float32
  /// 2 bytes a value, rounded to nearest even.
  case bfloat16
  /// A byte a value and a scale for 256 of them, rounded at random.
  case int8

  /// Values that share a scale.
  static let group = 256

  /// Bytes of a row of values, of which there are whole groups.
  func byteCount(columns: Int) -> Int {
    switch self {
    case .float32: 4 * columns
    case .bfloat16: 2 * columns
    case .int8: columns + columns / Self.group * 4
    }
  }
}
