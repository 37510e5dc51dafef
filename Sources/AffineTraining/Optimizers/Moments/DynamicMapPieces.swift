internal import AffineQuant
/// The magnitudes of the signed dynamic map in nine pieces, on each of which thresholds lie evenly: around
/// zero, seven decades, and one.
///
/// The kernel knows a magnitude x in [0, 1] only with an error of three units in its last place, since
/// it multiplies by a reciprocal, and takes x + 2^−23, so that no exponent is below −23. On a piece
/// it computes the position slope · (x + 2^−23) + offset, in units of 2^−15 codes above 2^23. The
/// largest slope times x is 2^22.2: the error of x, its sum and the slope make less than 1.5 units
/// there, the rounding of the offset and the position one, and the thresholds themselves, which are
/// rounded middles of rounded values, are off by less than one. With ``margin`` units added, a
/// position less than 2 · margin above a whole code is near to a threshold, and all others are sure.
struct DynamicMapPieces {
  /// By the low five bits of the exponent: the border in this binade, or a large number where there is
  /// none; its low four bits are replaced by the number of the piece below it.
  let borders: Buffer<Float>
  /// By piece.
  let slopes, offsets: Buffer<Float>
  /// By piece: the middle of its last code. The last code of a decade is wider than the others.
  let limits: Buffer<Float>

  private static let margin = 8.0
  private static let (unit, origin) = (0x1p15, 0x1p23)

  init(_ codes: CodeThresholds) {
    let zero = codes.code(0)
    let threshold = { (magnitude: Int) in Double(codes.values[zero + magnitude]) }
    let last = codes.values.count - 1 - zero
    // A line through the position of a threshold, and the last code of the piece.
    var lines: [(slope: Double, at: Double, position: Double, last: Int)] = []
    // Half a code wide, so that zero itself lies in the middle of its code.
    lines.append((0.5 / threshold(1), threshold(1), 1, 0))
    var first = [1]
    for decade in 0..<7 {
      let count = 1 << decade
      let top = (decade..<6).reduce(1.0) { top, _ in top / 10 }
      // The first threshold would lie at a tenth of the decade's top.
      let start = lines.map(\.last).reduce(0, max) + 1
      lines.append((Double(count) / (0.9 * top), 0.1 * top, Double(start), start + count - 1))
      first.append(start + count)
    }
    // Less than half a code from its threshold to one.
    lines.append((128, threshold(last), Double(last), last))
    let padded = lines + Array(repeating: (0, 0, 0.5, 0), count: 16 - lines.count)
    let shift = Double(DynamicMap.smallest)
    slopes = Buffer(padded.map { Float(Self.unit * $0.slope) })
    offsets = Buffer(
      padded.map {
        Float(
          Self.origin + Self.margin + Self.unit * ($0.position - $0.slope * ($0.at + shift)))
      })
    limits = Buffer(padded.map { Float(Self.origin + Self.unit * (Double($0.last) + 0.5)) })
    borders = Buffer(Self.borders(first.map { Float(threshold($0) + shift) }))
  }

  /// Where a decade ends its line has a threshold too, but the next line has none: a border lies a
  /// little above the threshold, so that what is near to it is on the line below. Only the line of one
  /// starts with a threshold of its own: its border lies a little below.
  private static func borders(_ thresholds: [Float]) -> [Float] {
    var piece: UInt32 = 0
    let borders = (0..<32 as Range<UInt32>).map { index in
      let exponent = 96 + index
      let next = Int(piece) < thresholds.count ? thresholds[Int(piece)].bitPattern : .max
      guard exponent >= DynamicMap.smallest.bitPattern >> 23, next >> 23 == exponent else {
        return Float(bitPattern: 0x7f7f_fff0 | piece)
      }
      // Four units in the last place are more than x is off, 19 less than half the margin.
      var border = Int(piece) < thresholds.count - 1 ? next + 4 : next - 4 - 15
      while border & 15 != piece { border += 1 }
      piece += 1
      return Float(bitPattern: border)
    }
    precondition(Int(piece) == thresholds.count, "two borders in one binade")
    return borders
  }
}
