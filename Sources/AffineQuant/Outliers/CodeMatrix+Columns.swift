extension CodeMatrix {
  /// One column as a row-major matrix, read where it lies.
  ///
  /// - Throws: ``ShapeError/outOfRange(axis:index:extent:)``.
  func rowMajor(column: Int) throws(ShapeError) -> CodeMatrix {
    guard let tiles else {
      return try slice(rows: 0..<shape.rows, columns: column..<column + 1)
    }
    guard (0..<shape.columns).contains(column) else {
      throw .outOfRange(axis: "column", index: column, extent: shape.columns)
    }
    let part = grid.slice(rows: 0..<shape.rows, columns: column..<column + 1)
    let place = tilePlace(tiles, column: column)
    let codes = storage.packedRows(part.shape) { row, codes in
      codes[0] = UInt8(truncatingIfNeeded: tileCode(tiles, row: row, place))
    }
    return CodeMatrix(
      type: type.flat, grid: part, codes: codes,
      scales: tiles.gathered(tiles.scales, column: column, grid),
      zeroPoints: zeroPoints(ofColumn: column),
      biases: tiles.gathered(tiles.biases, column: column, grid))
  }

  /// One a block of a column, or none.
  private func zeroPoints(ofColumn column: Int) -> Buffer<Int16> {
    guard zeroPoints.count > 0 else { return zeroPoints }
    let (all, width, place) = (zeroPoints.span, grid.extent.columns, grid.blockColumn(column))
    return Buffer(count: grid.extent.rows, zeroed: false) { kept in
      for row in kept.indices { kept[row] = all[row * width + place] }
    }
  }
}
