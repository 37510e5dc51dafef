extension CodeMatrix {
  /// Some rows and columns; exact, also when a cut lies inside a group or block.
  package func slice(
    rows: Range<Int>, columns: Range<Int>, on execution: Execution = .standard
  ) throws(ShapeError) -> CodeMatrix {
    try Self.check(rows, "row", shape.rows)
    try Self.check(columns, "column", shape.columns)
    let part = grid.slice(rows: rows, columns: columns)
    return CodeMatrix(
      type: type, grid: part, codes: sliceCodes(rows, columns, execution),
      scales: blocks(scales, rows, columns, part),
      zeroPoints: blocks(zeroPoints, rows, columns, part),
      biases: blocks(biases, rows, columns, part), coded: try slicedScales(rows, columns, part))
  }

  /// The codes of the scales that a part keeps.
  private func slicedScales(
    _ rows: Range<Int>, _ columns: Range<Int>, _ part: BlockGrid
  ) throws(ShapeError) -> QuantizedScales? {
    guard let codedScales else { return nil }
    let (row, column) = (grid.blockRow(rows.lowerBound), grid.blockColumn(columns.lowerBound))
    return try codedScales.map { (scales) throws(ShapeError) in
      // Nothing of no rows, wherever they start.
      try part.extent.count == 0
        ? scales.slice(rows: 0..<part.extent.rows, columns: 0..<part.extent.columns)
        : scales.slice(
          rows: row..<row + part.extent.rows, columns: column..<column + part.extent.columns)
    }
  }

  private static func check(
    _ range: Range<Int>, _ axis: String, _ extent: Int
  ) throws(ShapeError) {
    guard range.lowerBound >= 0 else {
      throw .outOfRange(axis: axis, index: range.lowerBound, extent: extent)
    }
    guard range.upperBound <= extent else {
      throw .outOfRange(axis: axis, index: range.upperBound - 1, extent: extent)
    }
  }

  private func sliceCodes(
    _ rows: Range<Int>, _ columns: Range<Int>, _ execution: Execution
  ) -> Buffer<UInt8> {
    if columns.count == shape.columns {
      return Buffer(codes.span.extracting(rows.lowerBound * rowBytes..<rows.upperBound * rowBytes))
    }
    let width = storage.byteCount(columns: columns.count)
    let mover = CodeMover(storage, execution)
    return Buffer(count: rows.count * width, zeroed: false) { memory in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(rows.count, columns.count, execution) { part in
        var scratch = [UInt8](repeating: 0, count: mover.room(for: columns))
        var span = scratch.mutableSpan
        for index in part {
          let bytes = codes.span.extracting(codeBytes(ofRow: rows.lowerBound + index))
          let codes = mover.read(bytes, columns, into: &span)
          memory.withRange(index * width..<(index + 1) * width) {
            storage.pack(span.span.extracting(codes), into: &$0, mover.pack)
          }
        }
      }
    }
  }

  /// The numbers of the blocks of a part.
  func blocks<Value: BitwiseCopyable & Sendable>(
    _ values: Buffer<Value>, _ rows: Range<Int>, _ columns: Range<Int>, _ part: BlockGrid
  ) -> Buffer<Value> {
    guard values.count > 0, part.extent.count > 0 else { return Buffer([]) }
    let (row, column) = (grid.blockRow(rows.lowerBound), grid.blockColumn(columns.lowerBound))
    let (width, kept) = (grid.extent.columns, part.extent.columns)
    return Buffer(count: part.extent.count, zeroed: false) { output in
      for index in 0..<part.extent.rows {
        let first = (row + index) * width + column
        var target = output.part(index * kept..<(index + 1) * kept)
        target.copy(values.span.extracting(first..<first + kept))
      }
    }
  }

  /// The values of some rows, in any order, repeated as often as they are named.
  package func gather<Element: FloatElement>(
    _ rows: [Int], as _: Element.Type = Element.self, _ execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Element> {
    for row in rows where !(0..<shape.rows).contains(row) {
      throw .outOfRange(axis: "row", index: row, extent: shape.rows)
    }
    let values: Buffer<Element> = rowMajor(execution).dequantizedRows(count: rows.count, execution)
    {
      rows[$0]
    }
    return Matrix(validated: Shape(rows.count, shape.columns), values)
  }
}
