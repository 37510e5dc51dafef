internal import AffineQuant

/// `d · sc · q − dmin · m` in groups of 16: 16 bytes of scales (low) and minima (high half), 64
/// bytes of codes, d, dmin.
enum BlockQ2K: GGUFSuperBlock {
  static var quantizedType: QuantizedType { Q2KWeight.type }
  static let (valueCount, byteCount) = (256, 84)

  static func unpackScales(_ bytes: RawSpan, _ supers: inout SuperBlock) {
    (supers.scale, supers.minimum) = (bytes.half(80), bytes.half(82))
    for group in 0..<16 {
      supers.scales[group] = bytes.byte(group) & 15
      supers.minima[group] = bytes.byte(group) >> 4
    }
  }

  static func unpackCodes(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    for group in 0..<16 { block.codes[group] = twoBits(bytes, 16, group) }
  }

  /// The two low bits of 16 codes: 32 bytes hold eight groups, two after each shift.
  static func twoBits(_ bytes: RawSpan, _ offset: Int, _ group: Int) -> SIMD16<UInt8> {
    let place = offset + group / 8 * 32 + group % 2 * 16
    return bytes.vector(place) &>> UInt8(group % 8 / 2 * 2) & 3
  }

  static func pack(_ codes: Codes256, _ supers: SuperBlock) -> [UInt8] {
    (0..<16).map { supers.scales[$0] | supers.minima[$0] << 4 } + codes.packed(bits: 2)
      + halfBytes(supers.scale) + halfBytes(supers.minimum)
  }
}

/// `d · sc · q` in groups of 16: 32 bytes of high bits, 64 bytes of codes, 12 bytes of scales, d.
enum BlockQ3K: GGUFSuperBlock {
  static var quantizedType: QuantizedType { Q3KWeight.type }
  static let (valueCount, byteCount) = (256, 110)

  static func unpackScales(_ bytes: RawSpan, _ supers: inout SuperBlock) {
    supers.scale = bytes.half(108)
    for group in 0..<16 {
      // Four bits of a scale lie in the first eight bytes, two more in the last four.
      let low = bytes.byte(96 + group % 8) >> UInt8(group / 8 * 4) & 15
      let high = bytes.byte(104 + group % 4) >> UInt8(group / 4 * 2) & 3
      supers.scales[group] = (low | high << 4) &- 32
    }
  }

  static func unpackCodes(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    for group in 0..<16 {
      // A high bit that is not set takes four away.
      let bits = bytes.vector(group % 2 * 16) &>> UInt8(group / 2) & 1
      block.codes[group] = BlockQ2K.twoBits(bytes, 32, group) &- ((bits ^ 1) &<< 2)
    }
  }

  static func pack(_ codes: Codes256, _ supers: SuperBlock) -> [UInt8] {
    func scale(_ group: Int) -> UInt8 { supers.scales[group] &+ 32 }
    let low = (0..<8).map { scale($0) & 15 | (scale($0 + 8) & 15) << 4 }
    let high = (0..<4).map { byte in
      (0..<4).reduce(0) { $0 | (scale($1 * 4 + byte) >> 4) << UInt8(2 * $1) }
    }
    return codes.packed(bits: 1, from: 2) + codes.packed(bits: 2) + low + high
      + halfBytes(supers.scale)
  }
}

/// `d · sc · (q − 32)` in groups of 16: 128 bytes of low and 64 of high bits, 16 scales with a
/// sign, d.
enum BlockQ6K: GGUFSuperBlock {
  static var quantizedType: QuantizedType { Q6KWeight.type }
  static let (valueCount, byteCount) = (256, 210)

  static func unpackScales(_ bytes: RawSpan, _ supers: inout SuperBlock) {
    supers.scale = bytes.half(208)
    for group in 0..<16 { supers.scales[group] = bytes.byte(192 + group) }
  }

  static func unpackCodes(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    for group in 0..<16 {
      // Of each half of the block: 64 bytes hold eight groups, four after each shift.
      let (half, place) = (group / 8, group % 8)
      let low = bytes.vector(half * 64 + place % 4 * 16) &>> UInt8(place / 4 * 4) & 15
      let high = bytes.vector(128 + half * 32 + place % 2 * 16) &>> UInt8(place / 2 * 2) & 3
      block.codes[group] = (low | high &<< 4) &- 32
    }
  }

  static func pack(_ codes: Codes256, _ supers: SuperBlock) -> [UInt8] {
    codes.packed(bits: 4, together: 64) + codes.packed(bits: 2, from: 4)
      + (0..<16).map { supers.scales[$0] } + halfBytes(supers.scale)
  }
}
