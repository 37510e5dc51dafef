// One row a storage of whole numbers. A new width is a new row here.

extension Int8: IntegerStorage, SymmetricStorage {
  /// Signed 8-bit codes, −128…127, one a byte.
  public static let seal = StorageSeal<Self>(.signed(bits: 8))
}
extension UInt8: IntegerStorage {
  /// Unsigned 8-bit codes, 0…255, one a byte.
  public static let seal = StorageSeal<Self>(.unsigned(bits: 8))
}

/// Signed 7-bit codes, −64…63, in a little-endian bit stream.
public enum Int7: IntegerStorage, SymmetricStorage {
  public static let seal = StorageSeal<Self>(.signed(bits: 7))
}
/// Signed 6-bit codes, −32…31, in a little-endian bit stream.
public enum Int6: IntegerStorage, SymmetricStorage {
  public static let seal = StorageSeal<Self>(.signed(bits: 6))
}
/// Signed 5-bit codes, −16…15, in a little-endian bit stream.
public enum Int5: IntegerStorage, SymmetricStorage {
  public static let seal = StorageSeal<Self>(.signed(bits: 5))
}
/// Signed 4-bit codes, −8…7, two a byte, the earlier in the low half.
public enum Int4: IntegerStorage, SymmetricStorage {
  public static let seal = StorageSeal<Self>(.signed(bits: 4))
}
/// Signed 3-bit codes, −4…3, in a little-endian bit stream.
public enum Int3: IntegerStorage, SymmetricStorage {
  public static let seal = StorageSeal<Self>(.signed(bits: 3))
}
/// Signed 2-bit codes, −2…1, four a byte, the earliest in the low bits.
public enum Int2: IntegerStorage, SymmetricStorage {
  public static let seal = StorageSeal<Self>(.signed(bits: 2))
}
/// −1, 0 and 1, four a byte in two's complement, the earliest in the low bits.
public enum Ternary: IntegerStorage, SymmetricStorage {
  public static let seal = StorageSeal<Self>(.ternary)
}

/// Unsigned 7-bit codes, 0…127, in a little-endian bit stream.
public enum UInt7: IntegerStorage {
  public static let seal = StorageSeal<Self>(.unsigned(bits: 7))
}
/// Unsigned 6-bit codes, 0…63, in a little-endian bit stream.
public enum UInt6: IntegerStorage {
  public static let seal = StorageSeal<Self>(.unsigned(bits: 6))
}
/// Unsigned 5-bit codes, 0…31, in a little-endian bit stream.
public enum UInt5: IntegerStorage {
  public static let seal = StorageSeal<Self>(.unsigned(bits: 5))
}
/// Unsigned 4-bit codes, 0…15, two a byte, the earlier in the low half.
public enum UInt4: IntegerStorage {
  public static let seal = StorageSeal<Self>(.unsigned(bits: 4))
}
/// Unsigned 3-bit codes, 0…7, in a little-endian bit stream.
public enum UInt3: IntegerStorage {
  public static let seal = StorageSeal<Self>(.unsigned(bits: 3))
}
/// Unsigned 2-bit codes, 0…3, four a byte, the earliest in the low bits.
public enum UInt2: IntegerStorage {
  public static let seal = StorageSeal<Self>(.unsigned(bits: 2))
}
/// Single-bit codes, 0 and 1, eight a byte, the earliest in the low bit.
public enum UInt1: IntegerStorage {
  public static let seal = StorageSeal<Self>(.unsigned(bits: 1))
}
