internal import AffineQuant

// Blocks of 256 values. Groups of 16 or 32 have small scales, and minima, which a scale and a
// minimum of the block in binary16 multiply: products of 11 and 8 bits at most, exact in float32.

/// `d · sc · q − dmin · m` in groups of 16: 16 bytes of scales (low) and minima (high half), 64
/// bytes of codes, d, dmin.
enum BlockQ2K: GGUFBlock {
  static var quantizedType: QuantizedType {
    AffineQuantized<UInt2, RowMajor<PerGroup<16>, Biased>>.type
  }
  static let (valueCount, byteCount) = (256, 84)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    let (scale, minimum) = (bytes.half(80), bytes.half(82))
    for group in 0..<16 {
      block.scales[group] = scale * Float(bytes.byte(group) & 15)
      block.biases[group] = -(minimum * Float(bytes.byte(group) >> 4))
      block.codes[group] = twoBits(bytes, 16, group)
    }
  }

  /// The two low bits of 16 codes: 32 bytes hold eight groups, two after each shift.
  static func twoBits(_ bytes: RawSpan, _ offset: Int, _ group: Int) -> SIMD16<UInt8> {
    let place = offset + group / 8 * 32 + group % 2 * 16
    return bytes.vector(place) &>> UInt8(group % 8 / 2 * 2) & 3
  }
}

/// `d · sc · q` in groups of 16: 32 bytes of high bits, 64 bytes of codes, 12 bytes of scales, d.
enum BlockQ3K: GGUFBlock {
  static var quantizedType: QuantizedType {
    AffineQuantized<Int3, RowMajor<PerGroup<16>, Symmetric>>.type
  }
  static let (valueCount, byteCount) = (256, 110)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    let scale = bytes.half(108)
    for group in 0..<16 {
      // Four bits of a scale lie in the first eight bytes, two more in the last four.
      let low = bytes.byte(96 + group % 8) >> UInt8(group / 8 * 4) & 15
      let high = bytes.byte(104 + group % 4) >> UInt8(group / 4 * 2) & 3
      block.scales[group] = scale * Float(Int(low | high << 4) - 32)
      // A high bit that is not set takes four away.
      let bits = bytes.vector(group % 2 * 16) &>> UInt8(group / 2) & 1
      block.codes[group] = BlockQ2K.twoBits(bytes, 32, group) &- ((bits ^ 1) &<< 2)
    }
  }
}

/// `d · sc · (q − 32)` in groups of 16: 128 bytes of low and 64 of high bits, 16 scales with a
/// sign, d.
enum BlockQ6K: GGUFBlock {
  static var quantizedType: QuantizedType {
    AffineQuantized<Int6, RowMajor<PerGroup<16>, Symmetric>>.type
  }
  static let (valueCount, byteCount) = (256, 210)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    let scale = bytes.half(208)
    for group in 0..<16 {
      block.scales[group] = scale * Float(Int8(bitPattern: bytes.byte(192 + group)))
      // Of each half of the block: 64 bytes hold eight groups, four after each shift.
      let (half, place) = (group / 8, group % 8)
      let low = bytes.vector(half * 64 + place % 4 * 16) &>> UInt8(place / 4 * 4) & 15
      let high = bytes.vector(128 + half * 32 + place % 2 * 16) &>> UInt8(place / 2 * 2) & 3
      block.codes[group] = (low | high &<< 4) &- 32
    }
  }
}
