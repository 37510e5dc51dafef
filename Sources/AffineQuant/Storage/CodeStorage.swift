/// How one code is stored.
///
/// The codes of a row lie in one little-endian bit stream: code `i` occupies the bits from
/// `i * bits` up, the low bits of a byte first. Every row starts on a byte.
public protocol CodeStorage: Sendable {
  /// The storage, described at run time.
  static var codeFormat: CodeFormat { get }
}

/// Storage of whole numbers.
public protocol IntegerStorage: CodeStorage {}

/// Storage of numbers on both sides of zero: what a symmetric mapping needs.
public protocol SymmetricStorage: CodeStorage {}
