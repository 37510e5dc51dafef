extension CodeMatrix {
  /// Some rows and columns; exact, also when a cut lies inside a group or block.
  package func slice(rows: Range<Int>, columns: Range<Int>) throws(ShapeError) -> CodeMatrix {
    try Self.check(rows, "row", shape.rows)
    try Self.check(columns, "column", shape.columns)
    let part = grid.slice(rows: rows, columns: columns)
    return CodeMatrix(
      type: type, grid: part, codes: sliceCodes(rows, columns),
      scales: blocks(scales, rows, columns, part),
      zeroPoints: blocks(zeroPoints, rows, columns, part),
      biases: blocks(biases, rows, columns, part))
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

  private func sliceCodes(_ rows: Range<Int>, _ columns: Range<Int>) -> Buffer<UInt8> {
    let source = codes.span
    if columns.count == shape.columns {
      return Buffer(source.extracting(rows.lowerBound * rowBytes..<rows.upperBound * rowBytes))
    }
    let width = storage.byteCount(columns: columns.count)
    return Buffer(count: rows.count * width) { output in
      var codes = [UInt8](repeating: 0, count: columns.count)
      for (index, row) in rows.enumerated() {
        let bytes = source.extracting(codeBytes(ofRow: row))
        for (place, column) in columns.enumerated() {
          codes[place] = UInt8(truncatingIfNeeded: storage.code(bytes, column: column))
        }
        var target = output.part(index * width..<(index + 1) * width)
        storage.pack(codes.span, into: &target)
      }
    }
  }

  private func blocks<Value: BitwiseCopyable & Sendable>(
    _ values: Buffer<Value>, _ rows: Range<Int>, _ columns: Range<Int>, _ part: BlockGrid
  ) -> Buffer<Value> {
    guard values.count > 0, part.extent.count > 0 else { return Buffer([]) }
    let (row, column) = (grid.blockRow(rows.lowerBound), grid.blockColumn(columns.lowerBound))
    let source = values.span
    var kept: [Value] = []
    for r in row..<row + part.extent.rows {
      for c in column..<column + part.extent.columns {
        kept.append(source[r * grid.extent.columns + c])
      }
    }
    return Buffer(kept)
  }

  /// The values of some rows, in any order, repeated as often as they are named.
  package func gather<Element: FloatElement>(
    _ rows: [Int], as _: Element.Type = Element.self, _ execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Element> {
    for row in rows where !(0..<shape.rows).contains(row) {
      throw .outOfRange(axis: "row", index: row, extent: shape.rows)
    }
    let values: Buffer<Element> = rowMajor().dequantizedRows(count: rows.count, execution) {
      rows[$0]
    }
    return Matrix(validated: Shape(rows.count, shape.columns), values)
  }
}
