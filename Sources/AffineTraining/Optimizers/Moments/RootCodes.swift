internal import AffineQuant
internal import AffineKernels

/// Codes of the roots of second moments, rounded at random: a root between the numbers of two codes
/// becomes either, so that its mean stays what it is. Above zero it never becomes zero.
enum RootCodes {
  /// Sixteen bits for an element of the row that a key begins.
  static func random(_ key: UInt32, _ element: Int) -> UInt32 {
    (key &+ UInt32(truncatingIfNeeded: element) &* AQ_WEYL) >> 16
  }

  /// The key of a row.
  static func key(_ key: UInt64, row: Int, columns: Int) -> UInt32 {
    let first = UInt32(truncatingIfNeeded: row) &* UInt32(truncatingIfNeeded: columns)
    return UInt32(truncatingIfNeeded: key) &+ first &* AQ_WEYL
  }

  static func unsignedFloat8(_ root: Float, _ inverse: Float, _ random: UInt32) -> UInt8 {
    let bits = dithered((root * inverse).bitPattern, random, cutting: 19)
    return code(root, Int(bits >> 19) - Int(AQ_UFLOAT8), last: 255)
  }

  static func float8(_ root: Float, _ inverse: Float, _ random: UInt32) -> UInt8 {
    let number = root * inverse
    guard number < 0x1p-6 else {
      let bits = dithered(number.bitPattern, random, cutting: 20)
      return code(root, Int(bits >> 20) - (120 << 3), last: 0x7e)
    }
    return code(root, Int(number * 0x1p9 + part(random)), last: 0x7e)
  }

  static func sixteenths(_ root: Float, _ inverse: Float, _ random: UInt32) -> UInt8 {
    UInt8(min(max(Int(root * inverse * 16 + part(random)) - 1, 0), 15))
  }

  private static func part(_ random: UInt32) -> Float { (Float(random) + 0.5) * 0x1p-16 }

  private static func dithered(_ bits: UInt32, _ random: UInt32, cutting cut: UInt32) -> UInt32 {
    bits + (random << (cut - 16) | 1 << (cut - 17))
  }

  private static func code(_ root: Float, _ code: Int, last: Int) -> UInt8 {
    UInt8(min(max(code, root > 0 ? 1 : 0), last))
  }
}
