internal import AffineQuant

/// Blocks of 256 ternary codes and d in binary16.
protocol GGUFTernaryBlock: GGUFWritable {
  /// Writes the codes of one block.
  static func append(_ codes: borrowing Span<Int16>, to bytes: inout [UInt8])
}

extension GGUFTernaryBlock {
  static var quantizedType: QuantizedType { TernaryGroupWeight.type }
  static var valueCount: Int { 256 }

  static func holds(_ number: Float) -> Bool { Float(Float16(number)) == number }

  static func bytes(_ matrix: CodeMatrix) -> [UInt8] {
    let scales = matrix.scales.span
    return bytes(matrix) { codes, block, bytes in
      append(codes, to: &bytes)
      bytes += halfBytes(scales[block])
    }
  }
}

/// `d · t`, five codes of three values a byte: of 32 bytes 160 codes, of 16 bytes 80, four codes in each of
/// 4 bytes, and d in binary16.
///
/// A byte is the fraction of 256 that its codes are as digits of base 3, rounded up: times three, what leaves the
/// byte is the first digit.
enum BlockTQ1x0: GGUFTernaryBlock {
  static let byteCount = 54

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    block.scales[0] = bytes.half(52)
    var (first, second, third) = (bytes.vector(0), bytes.vector(16), bytes.vector(32))
    for digit in 0..<5 {
      block.codes[2 * digit] = codes(first)
      block.codes[2 * digit + 1] = codes(second)
      block.codes[10 + digit] = codes(third)
      (first, second, third) = (first &* 3, second &* 3, third &* 3)
    }
    var last = SIMD16<UInt8>(repeating: 0)
    for lane in 0..<16 { last[lane] = bytes.byte(48 + lane % 4) &* powers[lane / 4] }
    block.codes[15] = codes(last)
  }

  private static let powers: InlineArray<4, UInt8> = [1, 3, 9, 27]

  /// The codes that first digits are.
  private static func codes(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> {
    SIMD16(truncatingIfNeeded: (SIMD16<UInt16>(truncatingIfNeeded: bytes) &* 3) &>> 8) &- 1
  }

  static func append(_ codes: borrowing Span<Int16>, to bytes: inout [UInt8]) {
    for lane in 0..<32 { bytes.append(byte(codes, from: lane, every: 32, digits: 5)) }
    for lane in 160..<176 { bytes.append(byte(codes, from: lane, every: 16, digits: 5)) }
    for lane in 240..<244 { bytes.append(byte(codes, from: lane, every: 4, digits: 4)) }
  }

  /// The byte of some codes; the digits that are missing are zeros.
  private static func byte(
    _ codes: borrowing Span<Int16>, from lane: Int, every step: Int, digits: Int
  ) -> UInt8 {
    var number = 0
    for digit in 0..<5 {
      number = 3 * number + (digit < digits ? Int(codes[lane + digit * step]) + 1 : 0)
    }
    return UInt8((number * 256 + 242) / 243)
  }
}

/// `d · t` in two bits: twice 32 bytes, each four times 32 codes from the bottom, and d in binary16. The fourth code,
/// 2, is none of a ternary matrix: it becomes the pattern that those refuse.
enum BlockTQ2x0: GGUFTernaryBlock {
  static let byteCount = 66

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    block.scales[0] = bytes.half(64)
    for vector in 0..<16 {
      let pairs = bytes.vector(vector / 8 * 32 + vector % 2 * 16)
      block.codes[vector] = (pairs &>> UInt8(vector % 8 / 2 * 2) & 3) &- 1
    }
  }

  static func append(_ codes: borrowing Span<Int16>, to bytes: inout [UInt8]) {
    for index in 0..<64 {
      let first = index / 32 * 128 + index % 32
      var byte: UInt8 = 0
      for place in 0..<4 { byte |= UInt8(codes[first + 32 * place] + 1) << UInt8(2 * place) }
      bytes.append(byte)
    }
  }
}
