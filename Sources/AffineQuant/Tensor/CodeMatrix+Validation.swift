extension CodeMatrix {
  /// The parts of a matrix as a caller or a file gives them.
  package struct Parts {
    package var codes: Buffer<UInt8>
    package var scales: Buffer<Float>
    package var zeroPoints: Buffer<Int16>
    package var biases: Buffer<Float>
    /// Scales and biases, where they are codes; the numbers are those that they stand for.
    package private(set) var coded: QuantizedScales?

    package init(
      codes: Buffer<UInt8>, scales: Buffer<Float>, zeroPoints: Buffer<Int16> = Buffer([]),
      biases: Buffer<Float> = Buffer([])
    ) {
      self.codes = codes
      self.scales = scales
      self.zeroPoints = zeroPoints
      self.biases = biases
    }

    /// With scales and biases that codes stand for.
    package init(
      codes: Buffer<UInt8>, coded: QuantizedScales, zeroPoints: Buffer<Int16> = Buffer([])
    ) {
      let (scales, biases) = coded.numbers
      self.init(codes: codes, scales: scales, zeroPoints: zeroPoints, biases: biases)
      self.coded = coded
    }
  }

  /// Checks parts from outside: their counts, that scales and biases are numbers of their type, that zero
  /// points are codes, and that no code stands for more than the largest `Float`. Every bit pattern is a code, but
  /// for the fourth of a ternary storage.
  package init(
    type: QuantizedType, grid: BlockGrid, parts: Parts
  ) throws(QuantizationError) {
    do { try grid.validate() } catch { throw .shape(error) }
    let shape = grid.shape
    let (blocks, bytes) = (
      grid.extent.count, shape.rows * type.storage.byteCount(columns: shape.columns)
    )
    let hasZeroPoints = type.mapping.kind == .asymmetric
    let hasBiases = type.mapping.kind == .biased
    for (what, expected, found) in [
      ("code bytes", bytes, parts.codes.count), ("scales", blocks, parts.scales.count),
      ("zero points", hasZeroPoints ? blocks : 0, parts.zeroPoints.count),
      ("biases", hasBiases ? blocks : 0, parts.biases.count),
    ] where expected != found {
      throw .shape(.wrongCount(of: what, expected: expected, found: found))
    }
    guard parts.coded?.scales.type == type.scaleType else {
      throw .typeMismatch(
        expected: type.scaleType?.name ?? type.mapping.scale.rawValue,
        found: parts.coded?.scales.type.name ?? type.mapping.scale.rawValue)
    }
    self.init(
      type: type, grid: grid, codes: Self.trimmed(parts.codes, shape, type.storage),
      scales: parts.scales,
      zeroPoints: parts.zeroPoints, biases: parts.biases, coded: parts.coded)
    if type.storage == .ternary { try checkTernary() }
    try checkParameters()
  }

  /// Codes with nothing behind the last column of a row, so that equal codes are equal bytes.
  private static func trimmed(
    _ codes: Buffer<UInt8>, _ shape: Shape, _ storage: CodeFormat
  ) -> Buffer<UInt8> {
    let (width, used) = (
      storage.byteCount(columns: shape.columns), shape.columns * storage.bits % 8
    )
    let unused = UInt8.max << UInt8(used)
    let last = (0..<shape.rows).lazy.map { ($0 + 1) * width - 1 }
    guard used > 0, last.contains(where: { codes[$0] & unused != 0 }) else { return codes }
    var bytes = codes.array
    for index in last { bytes[index] &= ~unused }
    return Buffer(bytes)
  }

  private func checkTernary() throws(QuantizationError) {
    let (span, width) = (codes.span, rowBytes)
    var wrong: UInt8 = 0
    // The high bit of two is the sign, and −2 has no other. All at once first: codes of a file are many.
    for index in span.indices { wrong |= span[index] & ~(span[index] << 1) & 0b1010_1010 }
    guard wrong != 0 else { return }
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let pattern = span[row * width + column / 4] >> UInt8(column % 4 * 2) & 3
        guard pattern != 0b10 else {
          throw .invalidCode(storage: storage.name, row: row, column: column)
        }
      }
    }
  }

  private func checkParameters() throws(QuantizationError) {
    let columns = max(grid.extent.columns, 1)
    let (scaleSpan, biasSpan, zeroSpan) = (scales.span, biases.span, zeroPoints.span)
    let format = type.mapping.codes == nil ? type.mapping.scale : .float32
    for index in scaleSpan.indices where format.stored(scaleSpan[index]) != scaleSpan[index] {
      throw .invalidScale(
        scaleSpan[index], blockRow: index / columns, blockColumn: index % columns)
    }
    for index in biasSpan.indices where format.stored(biasSpan[index]) != biasSpan[index] {
      throw .invalidScale(biasSpan[index], blockRow: index / columns, blockColumn: index % columns)
    }
    for index in zeroSpan.indices where !storage.codes.contains(Int(zeroSpan[index])) {
      throw .invalidZeroPoint(
        Int(zeroSpan[index]), codes: storage.codes, blockRow: index / columns,
        blockColumn: index % columns)
    }
    for index in scaleSpan.indices {
      let bias = biasSpan.isEmpty ? 0 : biasSpan[index]
      let zeroPoint = zeroSpan.isEmpty ? 0 : zeroSpan[index]
      let isFinite = type.decodesFinite(
        storage.codes, scale: scaleSpan[index], zeroPoint: zeroPoint, bias: bias)
      guard isFinite else {
        throw .overflow(
          scale: scaleSpan[index], bias: bias, blockRow: index / columns,
          blockColumn: index % columns)
      }
    }
  }
}

extension BlockGrid {
  /// Checks a shape and an origin from outside.
  package func validate() throws(ShapeError) {
    try shape.validate()
    // Far below overflow in any index computation, far above any memory.
    let most = 1 << 48
    // Rows of nothing take no memory, but time.
    let longest = shape.count == 0 ? 1 << 24 : most
    guard shape.count <= most, shape.rows <= longest, shape.columns <= longest else {
      throw .invalid(rows: shape.rows, columns: shape.columns)
    }
    for (axis, phase, extent) in [
      ("row", origin.rows, block.rows), ("column", origin.columns, block.columns),
    ] where phase < 0 || phase >= min(extent, most) || (extent == Block.whole && phase != 0) {
      throw .outOfRange(axis: "first \(axis)", index: phase, extent: min(extent, most))
    }
  }
}
