/// How one code is stored.
///
/// The codes of a row lie in one little-endian bit stream: code `i` occupies the bits from
/// `i * bits` up, the low bits of a byte first. Every row starts on a byte.
///
/// Kernels, packing and files know the storages that there are, so a package outside cannot add one: only
/// this library makes a ``StorageSeal``, and that of one type is not that of another.
public protocol CodeStorage: Sendable {
  /// Which of the library's storages it is.
  static var seal: StorageSeal<Self> { get }
}

/// What makes a type a storage; only this library makes one.
public struct StorageSeal<Storage: CodeStorage>: Sendable {
  package let format: CodeFormat

  package init(_ format: CodeFormat) { self.format = format }
}

extension CodeStorage {
  /// The storage, described at run time.
  public static var codeFormat: CodeFormat { seal.format }
}

/// Storage of whole numbers.
public protocol IntegerStorage: CodeStorage {}

/// Storage of numbers on both sides of zero: what a symmetric mapping needs.
public protocol SymmetricStorage: CodeStorage {}
