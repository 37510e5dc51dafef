internal import AffineQuant

/// `d · sc · q − dmin · m` in groups of 32: d, dmin, 12 bytes of scales and minima, 128 of codes.
enum BlockQ4K: GGUFSuperBlock {
  static var quantizedType: QuantizedType { Q4KWeight.type }
  static let (valueCount, byteCount) = (256, 144)

  /// The parameters of eight groups, of 6 bits each: those of the first four in the low bits of
  /// bytes 0…3 (scales) and 4…7 (minima), of the others in the halves of bytes 8…11 and, two bits
  /// each, above the first.
  static func unpackScales(_ bytes: RawSpan, _ supers: inout SuperBlock) {
    (supers.scale, supers.minimum) = (bytes.half(0), bytes.half(2))
    for group in 0..<4 {
      let (first, second) = (bytes.byte(4 + group), bytes.byte(8 + group))
      let third = bytes.byte(12 + group)
      supers.scales[group] = first & 63
      supers.minima[group] = second & 63
      supers.scales[group + 4] = third & 15 | (first & 192) >> 2
      supers.minima[group + 4] = third >> 4 | (second & 192) >> 2
    }
  }

  static func unpackCodes(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    for vector in 0..<16 { block.codes[vector] = nibbles(bytes, 16, vector) }
  }

  /// 16 codes: 32 bytes hold two groups of 32, one in the low and one in the high halves.
  static func nibbles(_ bytes: RawSpan, _ offset: Int, _ vector: Int) -> SIMD16<UInt8> {
    let place = offset + vector / 4 * 32 + vector % 2 * 16
    return bytes.vector(place) &>> UInt8(vector % 4 / 2 * 4) & 15
  }

  static func pack(_ codes: Codes256, _ supers: SuperBlock) -> [UInt8] {
    pack(supers) + codes.packed(bits: 4)
  }

  static func pack(_ supers: SuperBlock) -> [UInt8] {
    let (scales, minima) = (supers.scales, supers.minima)
    return halfBytes(supers.scale) + halfBytes(supers.minimum)
      + (0..<4).map { scales[$0] | (scales[$0 + 4] >> 4) << 6 }
      + (0..<4).map { minima[$0] | (minima[$0 + 4] >> 4) << 6 }
      + (0..<4).map { scales[$0 + 4] & 15 | minima[$0 + 4] << 4 }
  }
}

/// As Q4_K with 5 bits: d, dmin, 12 bytes of scales and minima, 32 of high bits, 128 of codes.
enum BlockQ5K: GGUFSuperBlock {
  static var quantizedType: QuantizedType { Q5KWeight.type }
  static let (valueCount, byteCount) = (256, 176)

  static func unpackScales(_ bytes: RawSpan, _ supers: inout SuperBlock) {
    BlockQ4K.unpackScales(bytes, &supers)
  }

  static func unpackCodes(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    for vector in 0..<16 {
      let high = bytes.vector(16 + vector % 2 * 16) &>> UInt8(vector / 2) & 1
      block.codes[vector] = BlockQ4K.nibbles(bytes, 48, vector) | high &<< 4
    }
  }

  static func pack(_ codes: Codes256, _ supers: SuperBlock) -> [UInt8] {
    BlockQ4K.pack(supers) + codes.packed(bits: 1, from: 4) + codes.packed(bits: 4)
  }
}
