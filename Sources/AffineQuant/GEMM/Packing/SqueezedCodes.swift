/// Where the bits of squeezed codes lie: the definition, which `aq_squeeze_args` states in words.
enum SqueezedCodes {
  /// Quads that are squeezed together: 4 where codes have an even number of bits, else 8.
  static func quads(bits: Int) -> Int { bits.isMultiple(of: 2) ? 4 : 8 }

  /// Rows of bytes that they become.
  static func rows(bits: Int) -> Int { bits * quads(bits: bits) / 8 }

  /// The row, and the place in its byte, of a quad's code that lies in one piece.
  @inline(__always)
  private static func whole(bits: Int, quad: Int) -> (row: Int, bit: Int)? {
    switch bits {
    case 1, 2: (0, bits * quad)
    case 3: quad < 6 ? (quad >> 1, (quad & 1) * 3) : nil
    default: quad < rows(bits: bits) ? (quad, 0) : nil
    }
  }

  /// The row, and the place in its byte, of one bit of a quad's code.
  static func place(bits: Int, quad: Int, bit: Int) -> (row: Int, bit: Int) {
    if let whole = whole(bits: bits, quad: quad) { return (whole.row, whole.bit + bit) }
    switch bits {
    case 3: return bit < 2 ? (quad - 6, 6 + bit) : (2, quad)
    case 5 where quad == 7 && bit > 2: return (bit, 7)
    case 5: return bit < 3 ? (quad - 5, 5 + bit) : (quad - 2, 2 + bit)
    case 6: return (bit / 2, 6 + bit % 2)
    default: return (bit, 7)
    }
  }

  /// The code of a quad, of the rows of bytes at one place.
  @inline(__always)
  static func code(bits: Int, quad: Int, row: (Int) -> UInt8) -> UInt8 {
    if let whole = whole(bits: bits, quad: quad) {
      return row(whole.row) &>> UInt8(whole.bit) & UInt8(1 << bits - 1)
    }
    var code: UInt8 = 0
    for bit in 0..<bits {
      let place = place(bits: bits, quad: quad, bit: bit)
      code |= (row(place.row) >> UInt8(place.bit) & 1) << UInt8(bit)
    }
    return code
  }
}

extension PackedForm {
  /// The form of squeezed codes of so many bits.
  init?(squeezing bits: Int) {
    switch bits {
    case 1: self = .uint1
    case 2: self = .uint2
    case 3: self = .uint3
    case 5: self = .uint5
    case 6: self = .uint6
    case 7: self = .uint7
    default: return nil
    }
  }

  var isSqueezed: Bool { bits < 8 && self != .uint4 }

  /// Codes of a k-group of squeezed codes.
  var squeezedGroup: Int { 4 * SqueezedCodes.quads(bits: bits) }

  /// One unsigned code of a k-group of a right panel.
  @inline(__always)
  func code(nr: Int, kr: Int, lane: Int, place: Int, byte: (Int) -> UInt8) -> UInt8 {
    if isSqueezed {
      let index = 4 * lane + place % 4
      return SqueezedCodes.code(bits: bits, quad: place / 4) { byte($0 * 4 * nr + index) }
    }
    let index = lane * kr + place, half = nr * kr / 2
    guard self == .uint4 else { return byte(index) }
    return index < half ? byte(index) & 15 : byte(index - half) >> 4
  }
}
