internal import AffineQuant

// Blocks of 32 values: one scale in binary16, perhaps a bias, the high bits of codes of 5 bits, and
// nibbles, of which the low halves are the first 16 codes.

/// `d · (q − 8)`.
enum BlockQ4x0: GGUFBlock {
  static var quantizedType: QuantizedType {
    AffineQuantized<Int4, RowMajor<PerGroup<32>, SymmetricMapping<Float16>>>.type
  }
  static let (valueCount, byteCount) = (32, 18)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    block.scales[0] = bytes.half(0)
    let nibbles = bytes.vector(2)
    block.codes[0] = (nibbles & 15) &- 8
    block.codes[1] = (nibbles &>> 4) &- 8
  }
}

/// `d · q + m`.
enum BlockQ4x1: GGUFBlock {
  static var quantizedType: QuantizedType {
    AffineQuantized<UInt4, RowMajor<PerGroup<32>, BiasedMapping<Float16>>>.type
  }
  static let (valueCount, byteCount) = (32, 20)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    block.scales[0] = bytes.half(0)
    block.biases[0] = bytes.half(2)
    let nibbles = bytes.vector(4)
    block.codes[0] = nibbles & 15
    block.codes[1] = nibbles &>> 4
  }
}

/// `d · (q − 16)`.
enum BlockQ5x0: GGUFBlock {
  static var quantizedType: QuantizedType {
    AffineQuantized<Int5, RowMajor<PerGroup<32>, SymmetricMapping<Float16>>>.type
  }
  static let (valueCount, byteCount) = (32, 22)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    block.scales[0] = bytes.half(0)
    let nibbles = bytes.vector(6)
    block.codes[0] = (nibbles & 15 | fifthBits(bytes, 2)) &- 16
    block.codes[1] = (nibbles &>> 4 | fifthBits(bytes, 4)) &- 16
  }
}

/// `d · q + m`.
enum BlockQ5x1: GGUFBlock {
  static var quantizedType: QuantizedType {
    AffineQuantized<UInt5, RowMajor<PerGroup<32>, BiasedMapping<Float16>>>.type
  }
  static let (valueCount, byteCount) = (32, 24)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    block.scales[0] = bytes.half(0)
    block.biases[0] = bytes.half(2)
    let nibbles = bytes.vector(8)
    block.codes[0] = nibbles & 15 | fifthBits(bytes, 4)
    block.codes[1] = nibbles &>> 4 | fifthBits(bytes, 6)
  }
}

/// `d · q`.
enum BlockQ8x0: GGUFBlock {
  static var quantizedType: QuantizedType {
    AffineQuantized<Int8, RowMajor<PerGroup<32>, SymmetricMapping<Float16>>>.type
  }
  static let (valueCount, byteCount) = (32, 34)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    block.scales[0] = bytes.half(0)
    block.codes[0] = bytes.vector(2)
    block.codes[1] = bytes.vector(18)
  }
}

/// The fifth bits of 16 codes, of two bytes.
private func fifthBits(_ bytes: RawSpan, _ offset: Int) -> SIMD16<UInt8> {
  let halves = SIMD2<UInt64>(
    fifthBits(bytes.byte(offset)).littleEndian, fifthBits(bytes.byte(offset + 1)).littleEndian)
  return unsafe unsafeBitCast(halves, to: SIMD16<UInt8>.self)
}

/// Each bit of a byte as the fifth of a byte, the lowest in the lowest.
@inline(__always)
private func fifthBits(_ byte: UInt8) -> UInt64 {
  // Byte i keeps bit i alone, and has its top bit where it is not zero.
  let bits = UInt64(byte) &* 0x0101_0101_0101_0101 & 0x8040_2010_0804_0201
  let tops = ((bits & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7f7f_7f7f_7f7f_7f7f) | bits
  return (tops & 0x8080_8080_8080_8080) &>> 3
}
