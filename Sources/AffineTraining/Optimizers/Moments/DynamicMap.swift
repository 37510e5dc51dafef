internal import AffineQuant
internal import AffineKernels

/// The signed dynamic map as kernels want it: tables that lead from numbers to codes without a search.
///
/// All of it follows from what ``RowEncoder`` computes: a table says where codes change, or comes so
/// near that the kernel knows when it must look at the former.
struct DynamicMap: Sendable {
  static let signed = DynamicMap(.dynamic8)

  let values: [Float]
  private let valueMemory: Buffer<Float>
  private let planes: Buffer<UInt8>
  private let cells: Buffer<UInt32>
  private let pieces: DynamicMapPieces

  private init(_ map: CodebookFormat) {
    values = map.values
    let (codes, values) = (CodeThresholds.of(map), map.values)
    valueMemory = Buffer(values)
    planes = Buffer(
      (0..<4).flatMap { byte in values.map { UInt8($0.bitPattern >> (8 * byte) & 255) } })
    cells = Buffer(
      [FloatingPointSign.plus, .minus].flatMap { sign in
        (0..<Self.binades * Self.parts).map { Self.cell($0, sign, codes) }
      })
    pieces = DynamicMapPieces(codes)
  }

  /// The exponents from −23 to 0 and the parts that each is cut into.
  private static let (binades, parts) = (24, 128)
  /// Magnitudes below this one have the code of zero.
  static let smallest: Float = 0x1p-23

  private static func cell(
    _ index: Int, _ sign: FloatingPointSign, _ codes: CodeThresholds
  ) -> UInt32 {
    let start = smallest.bitPattern + UInt32(index) << 16
    let ends = [start, start | 0xffff].map {
      Float(sign: sign, exponent: 0, significand: Float(bitPattern: $0))
    }
    let (first, last) = (codes.code(min(ends[0], ends[1])), codes.code(max(ends[0], ends[1])))
    if first == last { return UInt32(first) << 16 }
    precondition(last == first + 1, "two thresholds in cell \(index)")
    let pattern = codes.values[last].bitPattern
    return UInt32(last) << 16 - (sign == .minus ? ~pattern : pattern) & 0xffff
  }

  /// The tables, for as long as `self` lives: the map lives for ever.
  var c: aq_dynamic_map {
    unsafe aq_dynamic_map(
      values: valueMemory.pointer, planes: planes.pointer, cells: cells.pointer,
      borders: pieces.borders.pointer, slopes: pieces.slopes.pointer,
      offsets: pieces.offsets.pointer, limits: pieces.limits.pointer)
  }
}
