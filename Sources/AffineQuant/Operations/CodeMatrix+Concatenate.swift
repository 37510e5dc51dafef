extension CodeMatrix {
  /// One matrix above the other; exact.
  ///
  /// - Throws: ``ShapeError/misaligned(axis:position:block:)`` where a block would need two scales.
  package func joined(above other: CodeMatrix) throws(ShapeError) -> CodeMatrix {
    guard shape.columns == other.shape.columns else {
      throw .mismatchedExtent(axis: "columns", lhs: shape.columns, rhs: other.shape.columns)
    }
    guard grid.origin.columns == other.grid.origin.columns else {
      throw .misaligned(
        axis: "column", position: other.grid.origin.columns, block: grid.block.columns)
    }
    try Self.checkSeam(
      "row", grid.origin.rows + shape.rows, other.grid.origin.rows, grid.block.rows)
    let whole = BlockGrid(
      Shape(shape.rows + other.shape.rows, shape.columns), grid.block, origin: grid.origin)
    return CodeMatrix(
      type: type, grid: whole, codes: Buffer(codes.array + other.codes.array),
      scales: Buffer(scales.array + other.scales.array),
      zeroPoints: Buffer(zeroPoints.array + other.zeroPoints.array),
      biases: Buffer(biases.array + other.biases.array))
  }

  /// One matrix left of the other; exact.
  ///
  /// - Throws: ``ShapeError/misaligned(axis:position:block:)`` where a block would need two scales.
  package func joined(leftOf other: CodeMatrix) throws(ShapeError) -> CodeMatrix {
    guard shape.rows == other.shape.rows else {
      throw .mismatchedExtent(axis: "rows", lhs: shape.rows, rhs: other.shape.rows)
    }
    guard grid.origin.rows == other.grid.origin.rows else {
      throw .misaligned(axis: "row", position: other.grid.origin.rows, block: grid.block.rows)
    }
    try Self.checkSeam(
      "column", grid.origin.columns + shape.columns, other.grid.origin.columns, grid.block.columns)
    let whole = BlockGrid(
      Shape(shape.rows, shape.columns + other.shape.columns), grid.block, origin: grid.origin)
    let (extent, otherExtent) = (grid.extent, other.grid.extent)
    return CodeMatrix(
      type: type, grid: whole, codes: joinedCodes(other, whole.shape),
      scales: Self.join(scales, extent, other.scales, otherExtent),
      zeroPoints: Self.join(zeroPoints, extent, other.zeroPoints, otherExtent),
      biases: Self.join(biases, extent, other.biases, otherExtent))
  }

  /// The last block before the seam must be whole and the first one after it uncut.
  private static func checkSeam(
    _ axis: String, _ position: Int, _ phase: Int, _ block: Int
  ) throws(ShapeError) {
    guard phase == 0, position.isMultiple(of: block) else {
      throw .misaligned(axis: axis, position: position, block: block)
    }
  }

  private func joinedCodes(_ other: CodeMatrix, _ whole: Shape) -> Buffer<UInt8> {
    let (left, right) = (unpackedCodes(), other.unpackedCodes())
    let width = storage.byteCount(columns: whole.columns)
    return Buffer(count: whole.rows * width) { output in
      for row in 0..<whole.rows {
        let codes =
          left[row * shape.columns..<(row + 1) * shape.columns]
          + right[row * other.shape.columns..<(row + 1) * other.shape.columns]
        let patterns = codes.map { UInt8(truncatingIfNeeded: $0) }
        var target = output.part(row * width..<(row + 1) * width)
        storage.pack(patterns.span, into: &target)
      }
    }
  }

  private static func join<Value: BitwiseCopyable & Sendable>(
    _ left: Buffer<Value>, _ leftExtent: Shape, _ right: Buffer<Value>, _ rightExtent: Shape
  ) -> Buffer<Value> {
    guard left.count + right.count > 0 else { return Buffer([]) }
    let (left, right) = (left.array, right.array)
    var joined: [Value] = []
    for row in 0..<max(leftExtent.rows, rightExtent.rows) {
      joined += left[row * leftExtent.columns..<(row + 1) * leftExtent.columns]
      joined += right[row * rightExtent.columns..<(row + 1) * rightExtent.columns]
    }
    return Buffer(joined)
  }
}
