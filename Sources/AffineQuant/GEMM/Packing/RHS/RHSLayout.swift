/// How the codes of a packed right side lie: panels of ``nr`` rows; in a panel, slice after slice of the
/// contracted axis, each padded with zeros to whole k-groups; in a slice, k-group after k-group; in a
/// k-group, the codes of one row, then of the next.
///
/// Codes lie as unsigned numbers: the smallest code of a signed storage is zero. Codes of 4 bits lie two a byte:
/// byte `b` of a k-group holds code `b` in its low half and, in its high half, the code of the same place in the
/// second half of the rows, so that one mask and one shift unpack it. Other codes below 8 bits are squeezed: see
/// ``SqueezedCodes``.
package struct RHSLayout: Sendable, Hashable {
  /// Rows of a panel.
  package let nr: Int
  /// Codes of a k-group.
  let kr: Int
  /// Codes of one row that lie together.
  let run: Int
  /// Bytes, halves of bytes, or squeezed codes.
  let form: PackedForm
  /// What is added to a code.
  let offset: Int

  init(_ tile: KernelTile, _ storage: CodeFormat) {
    nr = tile.nr
    kr = tile.kr
    run = tile.rhsRun
    form = tile.rhs
    offset = storage.isSigned ? 1 << (form.bits - 1) : 0
  }

  /// K-groups of so many codes.
  func groups(of codes: Int) -> Int { (codes + kr - 1) / kr }

  /// The panel of a row, and its lane: by a shift where that will do, since a division takes as long as all else that
  /// reading one code does.
  @inline(__always)
  func place(ofRow row: Int) -> (panel: Int, lane: Int) { Self.divided(row, by: nr) }

  /// The k-group of a code of a block, and its place there.
  @inline(__always)
  func place(ofCode code: Int) -> (group: Int, inGroup: Int) { Self.divided(code, by: kr) }

  @inline(__always)
  private static func divided(_ number: Int, by divisor: Int) -> (Int, Int) {
    guard divisor & (divisor - 1) == 0 else {
      return number.quotientAndRemainder(dividingBy: divisor)
    }
    return (number >> divisor.trailingZeroBitCount, number & (divisor - 1))
  }

  /// The bytes of one k-group of a panel.
  var groupBytes: Int { nr * kr * form.bits / 8 }

  /// What makes unsigned codes fit in signed bytes.
  var signedOffset: Int { form.bits == 8 ? 128 : offset }

  /// Panels that hold `rows` rows.
  package func panels(rows: Int) -> Int { (rows + nr - 1) / nr }

  /// The unsigned code at a place of a panel.
  @inline(__always)
  func read(_ panel: borrowing Span<UInt8>, group: Int, lane: Int, _ place: Int) -> UInt8 {
    let start = group * groupBytes
    return unsafe panel.withUnsafeBufferPointer { panel in
      form.code(nr: nr, kr: kr, lane: lane, place: place) { unsafe panel[start + $0] }
    }
  }
}
