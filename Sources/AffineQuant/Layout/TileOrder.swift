/// The order of tiled codes: panels of `lanes` rows; in a panel, slice after slice of the contracted
/// axis, each padded with zero bytes to whole quads; in a slice, quad after quad; in a quad, the four
/// codes of one lane, then of the next.
///
/// Codes lie as unsigned numbers: the smallest code of a signed storage is zero. Up to 4 bits they lie
/// two a byte: byte `b` of a quad holds code `b` in its low half and, in its high half, the code of the
/// same place in the second half of the lanes, so that one mask and one shift unpack a quad.
package struct TileOrder: Sendable, Hashable {
  /// Rows of a panel.
  package let lanes: Int
  /// Bits a code takes: 4 or 8.
  let bits: Int
  /// What is added to a code.
  let offset: Int

  init(lanes: Int, storage: CodeFormat) {
    self.lanes = lanes
    bits = storage.bits <= 4 ? 4 : 8
    offset = storage.isSigned ? 1 << (bits - 1) : 0
  }

  /// The bytes of one quad of a panel.
  var quadBytes: Int { lanes * 4 * bits / 8 }

  /// Panels that hold `rows` rows.
  package func panels(rows: Int) -> Int { (rows + lanes - 1) / lanes }

  /// The unsigned code at a place of a panel.
  func read(_ panel: borrowing Span<UInt8>, quad: Int, lane: Int, _ place: Int) -> UInt8 {
    let index = lane * 4 + place
    let start = quad * quadBytes
    if bits == 8 { return panel[start + index] }
    return index < quadBytes ? panel[start + index] & 15 : panel[start + index - quadBytes] >> 4
  }
}
