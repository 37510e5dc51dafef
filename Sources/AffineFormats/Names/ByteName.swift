/// A name that is equal to another when its bytes are.
///
/// Strings of Swift are equal when they look alike: `é` in one code point and in two would be one
/// tensor. And to compare or hash them takes a time that grows with the square of a run of combining
/// marks, which a file may be full of.
package struct ByteName: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (lhs: ByteName, rhs: ByteName) -> Bool { lhs.text.isSame(as: rhs.text) }

  package func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    // No byte of UTF-8: two names in a row hash otherwise than one.
    hasher.combine(UInt8.max)
  }
}

extension StringProtocol {
  /// Whether both are the same bytes.
  package func isSame(as other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

  /// Whether the bytes begin with those of another text.
  package func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

  /// Whether the bytes come first, as numbers.
  package func precedes(_ other: some StringProtocol) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }

  /// What stands before some last bytes, if these are the last.
  package func before(suffix: String) -> String? {
    guard utf8.reversed().starts(with: suffix.utf8.reversed()) else { return nil }
    return String(self[..<utf8.index(endIndex, offsetBy: -suffix.utf8.count)])
  }

  /// What stands after some first bytes, if these are the first.
  package func after(prefix: String) -> String? {
    guard begins(with: prefix) else { return nil }
    return String(self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...])
  }
}
