internal import AffineQuant

/// Blocks that can be written as well as read.
protocol GGUFWritable: GGUFBlock {
  /// Whether a scale or bias is a number that a block holds.
  static func holds(_ number: Float) -> Bool
  /// The blocks of a matrix whose rows are whole blocks.
  static func bytes(_ matrix: CodeMatrix) -> [UInt8]
}

extension GGUFWritable {
  /// The blocks of a matrix one after another, each as `append` writes it from its codes and its number.
  static func bytes(
    _ matrix: CodeMatrix,
    append: (_ codes: borrowing Span<Int16>, _ block: Int, inout [UInt8]) -> Void
  ) -> [UInt8] {
    let (storage, packed) = (matrix.storage, matrix.codes.span)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(matrix.scales.count * byteCount)
    var row = [Int16](repeating: 0, count: matrix.shape.columns)
    for index in 0..<matrix.shape.rows {
      var rowSpan = row.mutableSpan
      storage.unpack(packed.extracting(matrix.codeBytes(ofRow: index)), into: &rowSpan)
      for (place, block) in matrix.blocks(ofRow: index).enumerated() {
        let values = place * valueCount..<(place + 1) * valueCount
        append(row.span.extracting(values), block, &bytes)
      }
    }
    return bytes
  }
}

/// Blocks of 32 values that can be written.
protocol GGUFWritableBlock: GGUFWritable {
  /// Writes one block.
  static func append(_ codes: Codes32, scale: Float, bias: Float, to bytes: inout [UInt8])
}

/// The codes of 32 values, as numbers from zero.
struct Codes32 {
  private var codes = InlineArray<32, UInt8>(repeating: 0)

  /// Takes codes less the smallest that there is.
  init(_ source: borrowing Span<Int16>, from smallest: Int) {
    for index in 0..<32 {
      codes[index] = UInt8(truncatingIfNeeded: Int(source[index]) - smallest)
    }
  }

  /// Two codes' low four bits a byte: the first 16 codes in the low halves.
  func appendNibbles(to bytes: inout [UInt8]) {
    for index in 0..<16 { bytes.append(codes[index] & 15 | codes[index + 16] << 4) }
  }

  /// The fifth bit of every code, eight a byte.
  func appendFifthBits(to bytes: inout [UInt8]) {
    for byte in 0..<4 {
      bytes.append((0..<8).reduce(0) { $0 | (codes[byte * 8 + $1] >> 4 & 1) << UInt8($1) })
    }
  }

  /// Every code with its sign, one a byte.
  func appendSigned(to bytes: inout [UInt8]) {
    for index in 0..<32 { bytes.append(codes[index] ^ 0x80) }
  }
}

extension GGUFWritableBlock {
  static func holds(_ number: Float) -> Bool { Float(Float16(number)) == number }

  static func bytes(_ matrix: CodeMatrix) -> [UInt8] {
    let (scales, biases) = (matrix.scales.span, matrix.biases.span)
    let smallest = matrix.storage.codes.lowerBound
    return bytes(matrix) { codes, block, bytes in
      append(
        Codes32(codes, from: smallest), scale: scales[block],
        bias: biases.isEmpty ? 0 : biases[block], to: &bytes)
    }
  }
}

extension BlockQ4x0: GGUFWritableBlock {
  static func append(_ codes: Codes32, scale: Float, bias: Float, to bytes: inout [UInt8]) {
    bytes += halfBytes(scale)
    codes.appendNibbles(to: &bytes)
  }
}

extension BlockQ4x1: GGUFWritableBlock {
  static func append(_ codes: Codes32, scale: Float, bias: Float, to bytes: inout [UInt8]) {
    bytes += halfBytes(scale)
    bytes += halfBytes(bias)
    codes.appendNibbles(to: &bytes)
  }
}

extension BlockQ5x0: GGUFWritableBlock {
  static func append(_ codes: Codes32, scale: Float, bias: Float, to bytes: inout [UInt8]) {
    bytes += halfBytes(scale)
    codes.appendFifthBits(to: &bytes)
    codes.appendNibbles(to: &bytes)
  }
}

extension BlockQ5x1: GGUFWritableBlock {
  static func append(_ codes: Codes32, scale: Float, bias: Float, to bytes: inout [UInt8]) {
    bytes += halfBytes(scale)
    bytes += halfBytes(bias)
    codes.appendFifthBits(to: &bytes)
    codes.appendNibbles(to: &bytes)
  }
}

extension BlockQ8x0: GGUFWritableBlock {
  static func append(_ codes: Codes32, scale: Float, bias: Float, to bytes: inout [UInt8]) {
    bytes += halfBytes(scale)
    codes.appendSigned(to: &bytes)
  }
}

extension BlockMXFP4: GGUFWritableBlock {
  static func holds(_ number: Float) -> Bool { E8M0(roundingUp: number).float == number }

  static func append(_ codes: Codes32, scale: Float, bias: Float, to bytes: inout [UInt8]) {
    bytes.append(E8M0(roundingUp: scale).bitPattern)
    codes.appendNibbles(to: &bytes)
  }
}
