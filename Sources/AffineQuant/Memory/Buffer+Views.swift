extension Buffer<UInt8> {
  /// A range of the bytes, not copied.
  package func part(_ range: Range<Int>) -> Buffer<UInt8> {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "\(range) is outside \(count) bytes")
    return unsafe Buffer(
      unsafeStart: pointer + range.lowerBound, count: range.count, owner: self.keeper)
  }

  /// The bytes as elements of a type whose every bit pattern is a value, little-endian as they are;
  /// copied only where they are not aligned for it.
  ///
  /// - Precondition: The bytes are whole elements, on a little-endian machine.
  package func viewed<Other: BitwiseCopyable & Sendable>(as _: Other.Type) -> Buffer<Other> {
    precondition(count.isMultiple(of: MemoryLayout<Other>.stride))
    precondition(1.littleEndian == 1, "files are read on little-endian machines")
    let isAligned = unsafe UInt(bitPattern: pointer).isMultiple(
      of: UInt(MemoryLayout<Other>.alignment))
    let bytes = isAligned ? self : Buffer(span)
    return unsafe Buffer<Other>(
      unsafeStart: UnsafeRawPointer(bytes.pointer).assumingMemoryBound(to: Other.self),
      count: count / MemoryLayout<Other>.stride, owner: bytes.keeper)
  }
}
