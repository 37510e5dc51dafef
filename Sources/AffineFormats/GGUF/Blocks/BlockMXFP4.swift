internal import AffineQuant

/// 32 floats of 4 bits and a power of two (OCP MX v1.0), as ggml reads them: `2^(e − 128)` times
/// twice the float, so that the scale of `e` = 255 is 2^127, and negative zero is zero.
enum BlockMXFP4: GGUFBlock {
  static var quantizedType: QuantizedType { MXFP4Weight.type }
  static let (valueCount, byteCount) = (32, 17)
  /// The scale of a matrix multiplies the float itself; of `e` = 255 no number does.
  static var scaleUnit: Float { 2 }

  static func unpack(_ bytes: RawSpan, _ block: inout UnpackedBlock) {
    block.scales[0] = Float(sign: .plus, exponent: Int(bytes.byte(0)) - 128, significand: 1)
    let nibbles = bytes.vector(1)
    block.codes[0] = withoutNegativeZero(nibbles & 15)
    block.codes[1] = withoutNegativeZero(nibbles &>> 4)
  }

  private static let doubles = (0..<16).map { 2 * SmallFloat.float4e2m1.value(of: $0) }
  static func number(_ code: UInt8) -> Float { doubles[Int(code)] }

  private static func withoutNegativeZero(_ codes: SIMD16<UInt8>) -> SIMD16<UInt8> {
    codes.replacing(with: 0, where: codes .== 8)
  }
}
