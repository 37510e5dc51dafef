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
    guard shape.rows > 0 else { return other }
    guard other.shape.rows > 0 else { return self }
    let (extent, width) = (grid.extent, grid.extent.columns)
    let shared = try sharedBlocks(
      other, "row", grid.origin.rows + shape.rows, other.grid.origin.rows, grid.block.rows,
      (0..<width).map { ((extent.rows - 1) * width + $0, $0) })
    let whole = BlockGrid(
      Shape(shape.rows + other.shape.rows, shape.columns), grid.block, origin: grid.origin)
    func join<Value>(_ upper: Buffer<Value>, _ lower: Buffer<Value>) -> Buffer<Value> {
      Self.stacked(upper, lower, from: min(shared * width, lower.count))
    }
    return CodeMatrix(
      type: type, grid: whole, codes: Self.stacked(codes, other.codes),
      scales: join(scales, other.scales), zeroPoints: join(zeroPoints, other.zeroPoints),
      biases: join(biases, other.biases),
      coded: try joinedScales(other, "row", at: shape.rows) { (upper, lower) throws(ShapeError) in
        try upper.joined(
          above: lower.slice(rows: shared..<lower.shape.rows, columns: 0..<lower.shape.columns))
      })
  }

  private func joinedScales(
    _ other: CodeMatrix, _ axis: String, at position: Int,
    _ join: (CodeMatrix, CodeMatrix) throws(ShapeError) -> CodeMatrix
  ) throws(ShapeError) -> QuantizedScales? {
    guard let codedScales, let others = other.codedScales else { return nil }
    return try codedScales.join(others, axis, at: position, join)
  }

  /// One matrix left of the other; exact.
  ///
  /// - Throws: ``ShapeError/misaligned(axis:position:block:)`` where a block would need two scales.
  package func joined(
    leftOf other: CodeMatrix, on execution: Execution = .standard
  ) throws(ShapeError) -> CodeMatrix {
    guard shape.rows == other.shape.rows else {
      throw .mismatchedExtent(axis: "rows", lhs: shape.rows, rhs: other.shape.rows)
    }
    guard grid.origin.rows == other.grid.origin.rows else {
      throw .misaligned(axis: "row", position: other.grid.origin.rows, block: grid.block.rows)
    }
    guard shape.columns > 0 else { return other }
    guard other.shape.columns > 0 else { return self }
    let (extent, otherExtent) = (grid.extent, other.grid.extent)
    let shared = try sharedBlocks(
      other, "column", grid.origin.columns + shape.columns, other.grid.origin.columns,
      grid.block.columns,
      (0..<extent.rows).map { (($0 + 1) * extent.columns - 1, $0 * otherExtent.columns) })
    let whole = BlockGrid(
      Shape(shape.rows, shape.columns + other.shape.columns), grid.block, origin: grid.origin)
    func join<Value>(_ left: Buffer<Value>, _ right: Buffer<Value>) -> Buffer<Value> {
      Self.join(left, extent, right, otherExtent, shared: shared)
    }
    return CodeMatrix(
      type: type, grid: whole, codes: joinedCodes(other, whole.shape, execution),
      scales: join(scales, other.scales), zeroPoints: join(zeroPoints, other.zeroPoints),
      biases: join(biases, other.biases),
      coded: try joinedScales(other, "column", at: shape.columns) {
        (left, right) throws(ShapeError) in
        try left.joined(
          leftOf: right.slice(rows: 0..<right.shape.rows, columns: shared..<right.shape.columns))
      })
  }

  /// Rows or columns of blocks that both matrices have a part of.
  ///
  /// - Parameters:
  ///   - other: The matrix behind the seam.
  ///   - axis: Along which the seam is counted.
  ///   - position: Where the seam is, counted from the start of the first block.
  ///   - phase: How much of the other matrix's first blocks is cut off.
  ///   - block: The extent of a block.
  ///   - pairs: Which blocks of both matrices meet at the seam.
  /// - Returns: None where the seam lies between blocks, one where it lies inside of blocks whose
  ///   parameters are the same on both sides.
  /// - Throws: ``ShapeError/misaligned(axis:position:block:)`` where a block would need two scales.
  private func sharedBlocks(
    _ other: CodeMatrix, _ axis: String, _ position: Int, _ phase: Int, _ block: Int,
    _ pairs: [(Int, Int)]
  ) throws(ShapeError) -> Int {
    if phase == 0, position.isMultiple(of: block) { return 0 }
    let (scales, others) = (scales, other.scales)
    let (biases, otherBiases) = (biases, other.biases)
    let isOne = pairs.allSatisfy { mine, theirs in
      scales[mine] == others[theirs] && (biases.count == 0 || biases[mine] == otherBiases[theirs])
        && (zeroPoints.count == 0 || zeroPoints[mine] == other.zeroPoints[theirs])
    }
    guard isOne, block == Block.whole || position % block == phase else {
      throw .misaligned(axis: axis, position: position, block: block)
    }
    return 1
  }

  /// What lies above, then what lies below from some place on.
  private static func stacked<Value: BitwiseCopyable & Sendable>(
    _ upper: Buffer<Value>, _ lower: Buffer<Value>, from start: Int = 0
  ) -> Buffer<Value> {
    let rest = lower.count - start
    return Buffer(count: upper.count + rest, zeroed: false) { memory in
      var first = memory.part(0..<upper.count)
      first.copy(upper.span)
      var second = memory.part(upper.count..<upper.count + rest)
      second.copy(lower.span.extracting(start..<lower.count))
    }
  }

  private func joinedCodes(
    _ other: CodeMatrix, _ whole: Shape, _ execution: Execution
  ) -> Buffer<UInt8> {
    let width = storage.byteCount(columns: whole.columns)
    let (left, right) = (shape.columns, other.shape.columns)
    let mover = CodeMover(storage, execution)
    return Buffer(count: whole.rows * width, zeroed: false) { memory in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(whole.rows, whole.columns, execution) { rows in
        var scratch = [UInt8](repeating: 0, count: whole.columns)
        var span = scratch.mutableSpan
        for row in rows {
          _ = mover.read(codes.span.extracting(codeBytes(ofRow: row)), 0..<left, into: &span)
          var rest = span.part(left..<whole.columns)
          _ = mover.read(
            other.codes.span.extracting(other.codeBytes(ofRow: row)), 0..<right, into: &rest)
          memory.withRange(row * width..<(row + 1) * width) {
            storage.pack(span.span, into: &$0, mover.pack)
          }
        }
      }
    }
  }

  private static func join<Value: BitwiseCopyable & Sendable>(
    _ left: Buffer<Value>, _ leftExtent: Shape, _ right: Buffer<Value>, _ rightExtent: Shape,
    shared: Int
  ) -> Buffer<Value> {
    guard left.count + right.count > 0 else { return Buffer([]) }
    let (width, more) = (leftExtent.columns, rightExtent.columns)
    let whole = width + more - shared
    let rows = max(leftExtent.rows, rightExtent.rows)
    return Buffer(count: rows * whole, zeroed: false) { joined in
      for row in 0..<rows {
        var first = joined.part(row * whole..<row * whole + width)
        first.copy(left.span.extracting(row * width..<(row + 1) * width))
        var second = joined.part(row * whole + width..<(row + 1) * whole)
        second.copy(right.span.extracting(row * more + shared..<(row + 1) * more))
      }
    }
  }
}
