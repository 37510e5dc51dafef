extension RawSpan {
  /// One byte.
  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  /// 16 bytes.
  @inline(__always)
  func vector(_ offset: Int) -> SIMD16<UInt8> {
    unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
  }

  /// A binary16 number; every one is a `Float`.
  ///
  /// Done on the bits, since the compiler's conversion is a call where the CPU may lack one: half
  /// the time of reading blocks.
  @inline(__always)
  func half(_ offset: Int) -> Float {
    let bits = UInt32(byte(offset)) | UInt32(byte(offset + 1)) << 8
    // The exponent's bias grows by 112; as a product, for subnormal numbers too.
    let magnitude = Float(bitPattern: (bits & 0x7fff) << 13) * 0x1p112
    // Infinities and NaN have every bit of the exponent set.
    let special: UInt32 = bits & 0x7c00 == 0x7c00 ? 0x7f80_0000 : 0
    return Float(bitPattern: magnitude.bitPattern | special | (bits & 0x8000) << 16)
  }
}

extension Span<UInt8> {
  /// The same bytes, of which any are a number or a vector.
  var raw: RawSpan {
    @_lifetime(copy self)
    get { unsafe bytes }
  }
}

extension MutableSpan<UInt8> {
  /// Writes 16 bytes.
  @inline(__always)
  mutating func store(_ vector: SIMD16<UInt8>, at offset: Int) {
    var bytes = unsafe mutableBytes
    bytes.storeBytes(of: vector, toByteOffset: offset, as: SIMD16<UInt8>.self)
  }
}
