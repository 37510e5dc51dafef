internal import AffineQuant
/// How keys and values of attention are kept.
public enum CacheFormat: String, Sendable, Hashable, CaseIterable {
  /// As they are.
  case float32
  /// Rounded to nearest even; beyond 65 504 they become infinite.
  case float16
  /// Signed bytes with one scale for each token and head, the largest magnitude over 127.
  case int8

  /// The bytes of one number.
  var byteCount: Int {
    switch self {
    case .float32: 4
    case .float16: 2
    case .int8: 1
    }
  }
}
