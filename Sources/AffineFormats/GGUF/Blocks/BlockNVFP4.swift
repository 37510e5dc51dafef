internal import AffineQuant

/// 64 floats of 4 bits, of which 16 share a scale in E4M3 without sign, as ggml reads them: its 0x7f is zero, and
/// so is negative zero.
enum BlockNVFP4: GGUFBlock {
  static var quantizedType: QuantizedType { NVFP4Weight.type }
  static let (valueCount, byteCount) = (64, 36)

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    for group in 0..<4 {
      let pattern = scale(bytes.byte(group))
      block.supers.scales[group] = pattern
      // What has the exponent of NaN and a sign has a value all the same, which no E4M3 has.
      block.scales[group] = pattern == 0x7f ? 480 : SmallFloat.float8e4m3.value(of: pattern)
      // Eight bytes hold 16 codes, eight in the low and eight in the high halves.
      let pair = bytes.vector(4 + group / 2 * 16)
      let nibbles = group % 2 == 0 ? pair.lowHalf : pair.highHalf
      let codes = SIMD16(lowHalf: nibbles & 15, highHalf: nibbles &>> 4)
      block.codes[group] = codes.replacing(with: 0, where: codes .== 8)
    }
  }

  private static func scale(_ byte: UInt8) -> UInt8 { byte == 0x7f ? 0 : byte & 0x7f }

  static func number(_ code: UInt8) -> Float { SmallFloat.float4e2m1.value(of: code) }

  static func parts(_ bytes: Buffer<UInt8>, _ shape: Shape) -> CodeMatrix.Parts {
    guard let type = quantizedType.scaleType else { preconditionFailure("scales that are numbers") }
    var scales: [UInt8] = []
    let codes = codes(bytes, shape) { _, block in
      for group in 0..<4 { scales.append(block.supers.scales[group]) }
    }
    let grid = BlockGrid(BlockGrid(shape, quantizedType.block).extent, type.block)
    // The file's scales are whole: a tensor's own scale, where there is one, is another tensor.
    let matrix = CodeMatrix(
      type: type, grid: grid, codes: Buffer(scales),
      scales: Buffer([Float](repeating: 1, count: grid.extent.count)), zeroPoints: Buffer([]),
      biases: Buffer([]))
    return CodeMatrix.Parts(codes: codes, coded: QuantizedScales(scales: matrix, biases: nil))
  }
}
