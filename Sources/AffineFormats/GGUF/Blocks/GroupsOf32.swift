internal import AffineQuant

/// `d · sc · q − dmin · m` in groups of 32: d, dmin, 12 bytes of scales and minima, 128 of codes.
enum BlockQ4K: GGUFBlock {
  static var quantizedType: QuantizedType {
    AffineQuantized<UInt4, RowMajor<PerGroup<32>, Biased>>.type
  }
  static let (valueCount, byteCount) = (256, 144)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    unpackParameters(bytes, &block)
    for vector in 0..<16 { block.codes[vector] = nibbles(bytes, 16, vector) }
  }

  /// The parameters of eight groups, of 6 bits each: those of the first four in the low bits of
  /// bytes 0…3 (scales) and 4…7 (minima), of the others in the halves of bytes 8…11 and, two bits
  /// each, above the first.
  static func unpackParameters(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    let (scale, minimum) = (bytes.half(0), bytes.half(2))
    for group in 0..<4 {
      let (first, second) = (bytes.byte(4 + group), bytes.byte(8 + group))
      let third = bytes.byte(12 + group)
      block.scales[group] = scale * Float(first & 63)
      block.biases[group] = -(minimum * Float(second & 63))
      block.scales[group + 4] = scale * Float(third & 15 | (first & 192) >> 2)
      block.biases[group + 4] = -(minimum * Float(third >> 4 | (second & 192) >> 2))
    }
  }

  /// 16 codes: 32 bytes hold two groups of 32, one in the low and one in the high halves.
  static func nibbles(_ bytes: RawSpan, _ offset: Int, _ vector: Int) -> SIMD16<UInt8> {
    let place = offset + vector / 4 * 32 + vector % 2 * 16
    return bytes.vector(place) &>> UInt8(vector % 4 / 2 * 4) & 15
  }
}

/// As Q4_K with 5 bits: d, dmin, 12 bytes of scales and minima, 32 of high bits, 128 of codes.
enum BlockQ5K: GGUFBlock {
  static var quantizedType: QuantizedType {
    AffineQuantized<UInt5, RowMajor<PerGroup<32>, Biased>>.type
  }
  static let (valueCount, byteCount) = (256, 176)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    BlockQ4K.unpackParameters(bytes, &block)
    for vector in 0..<16 {
      let high = bytes.vector(16 + vector % 2 * 16) &>> UInt8(vector / 2) & 1
      block.codes[vector] = BlockQ4K.nibbles(bytes, 48, vector) | high &<< 4
    }
  }
}
