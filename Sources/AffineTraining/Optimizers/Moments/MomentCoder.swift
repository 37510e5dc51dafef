internal import AffineQuant
internal import AffineKernels

/// Turns moments into codes and back.
///
/// The largest magnitude of a group becomes the largest code. Where the codes have a zero, any scale
/// serves a group of zeros; where they have none, as sixteenths of roots, its scale is zero.
struct MomentCoder: Sendable {
  /// By code.
  let values: [Float]
  /// The scale of a group of zeros, and its code.
  let zeroScale: Float, zero: UInt8
  private let rule: Int
  /// The number that the largest code stands for.
  private let top: Float
  /// The smallest number of each of 16 codes; that of the first is not used.
  private let thresholds: Buffer<Float>
  /// Takes a codebook, float8e4m3, or int8 and uint8 with zero points of zero.
  init(_ type: QuantizedType, isRoot: Bool) {
    var thresholds: [Float] = []
    switch (type.mapping.kind, type.storage) {
    case (.codebook(let codebook), .unsigned(bits: 4)):
      (values, top, rule) = (codebook.values, 1, isRoot ? AQ_ROOT_16 : AQ_MAP_16)
      thresholds = CodeThresholds.of(codebook).values
    case (.codebook(let codebook), _):
      (values, top, rule) = (codebook.values, 1, isRoot ? AQ_ROOT_UFLOAT8 : AQ_MAP_256)
    case (_, .float(.float8e4m3)):
      (values, top) = (type.decodingTable ?? [], 448)
      rule = isRoot ? AQ_ROOT_FLOAT8 : AQ_FLOAT8
    case (_, .signed(bits: 8)):
      values = (0..<256).map { Float(Int8(truncatingIfNeeded: $0)) }
      (top, rule) = (127, AQ_STEPS)
    case (_, .unsigned(bits: 8)):
      (values, top, rule) = ((0..<256).map { Float($0) }, 255, AQ_STEPS)
    default: preconditionFailure("\(type.name) keeps no moments")
    }
    self.thresholds = Buffer(thresholds)
    let place = values.firstIndex(of: 0)
    (zeroScale, zero) = (place == nil ? 0 : 1, UInt8(place ?? 0))
  }

  /// Writes the codes of a row, one a byte, and the scales of its groups; roots are taken of values.
  func encode(
    _ row: UnsafePointer<Float>, _ ends: [Int], _ codes: UnsafeMutablePointer<UInt8>,
    _ scales: UnsafeMutablePointer<Float>, key: UInt32, _ kernel: Kernel<EncodeMoments>
  ) {
    let count = ends.count
    unsafe withStarts(ends, ends) { ends, _ in
      var arguments = unsafe EncodeMoments(
        c: aq_encode_args(
          values: row, runs: count, ends: ends, rule: Int32(rule), top: top,
          zero_scale: zeroScale, thresholds: thresholds.pointer, map: DynamicMap.signed.c,
          key: key, codes: codes, scales: scales))
      kernel(&arguments)
    }
    withExtendedLifetime(self) {}
  }
}
