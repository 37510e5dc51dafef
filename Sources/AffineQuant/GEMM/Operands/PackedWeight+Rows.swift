extension PackedWeight {
  /// The values of some rows, in any order, repeated as often as they are named: an embedding whose table
  /// is also the weight of a product.
  ///
  /// - Parameters:
  ///   - numbers: Which rows, from 0.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: As many rows as there are numbers, of as many columns as the weight has.
  /// - Throws: ``ShapeError/outOfRange(axis:index:extent:)``.
  public func rows(
    _ numbers: [Int], on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    guard let tiles = core.tiles else { return try core.gather(numbers, execution) }
    for number in numbers where !(0..<shape.rows).contains(number) {
      throw .outOfRange(axis: "row", index: number, extent: shape.rows)
    }
    let (core, width) = (core, shape.columns)
    return Matrix.filled(Shape(numbers.count, width), execution) { part, output in
      var reader = PanelRowReader(core, tiles, execution)
      for (place, index) in part.enumerated() {
        var target = output.part(place * width..<(place + 1) * width)
        core.rowMajor(row: numbers[index], &reader).dequantizeOnlyRow(into: &target, execution)
      }
    }
  }
}

extension CodeMatrix {
  /// One row of tiles as a row-major matrix.
  fileprivate func rowMajor(row: Int, _ reader: inout PanelRowReader) -> CodeMatrix {
    guard let tiles else { preconditionFailure("rows of \(type.name) that is not tiled") }
    let codes = Buffer<UInt8>(count: rowBytes) { reader.read(row, into: &$0) }
    let part = grid.slice(rows: row..<row + 1, columns: 0..<shape.columns)
    let range = blocks(ofRow: row)
    return CodeMatrix(
      type: type.flat, grid: part, codes: codes,
      scales: tiles.gathered(tiles.scales, row: row, grid),
      zeroPoints: zeroPoints.optionalPart(range),
      biases: tiles.gathered(tiles.biases, row: row, grid))
  }

  /// The values of the only row.
  fileprivate func dequantizeOnlyRow(
    into output: inout MutableSpan<Float>, _ execution: Execution
  ) {
    var runs = RowRuns(self, 0..<shape.columns)
    RowDequantizer(type, execution)(self, 0, &runs, into: &output)
  }
}

extension Buffer {
  /// A copy of a range, or nothing of an empty buffer.
  fileprivate func optionalPart(_ range: Range<Int>) -> Buffer {
    count == 0 ? self : Buffer(span.extracting(range))
  }
}
