/// The order of tiled codes: panels of `lanes` rows; in a panel, slice after slice of the contracted
/// axis, each padded with zero codes to whole pairs; in a slice, pair after pair; in a pair, both
/// codes of one lane, then of the next.
///
/// Codes of up to 4 bits lie two a byte, in blocks of 64: byte `b` of a block holds code `b` in its
/// low half and code `b + 32` in its high half, so that one mask and one shift unpack 32 bytes.
/// Wider codes lie one a byte.
package struct TileOrder: Sendable, Hashable {
  /// Rows of a panel.
  package let lanes: Int

  /// The bits that a code takes in a tile.
  static func bits(of storage: CodeFormat) -> Int { storage.bits <= 4 ? 4 : 8 }

  /// The bytes of one panel of `pairs` pairs, whole blocks of 64 codes.
  func panelBytes(pairs: Int, storage: CodeFormat) -> Int {
    paddedCodes(pairs: pairs) * Self.bits(of: storage) / 8
  }

  /// The codes of one panel, up to a whole block of 64.
  func paddedCodes(pairs: Int) -> Int { (pairs * lanes * 2 + 63) / 64 * 64 }

  /// Panels that hold `rows` rows.
  func panels(rows: Int) -> Int { (rows + lanes - 1) / lanes }
}
