extension CodeMatrix {
  /// The values of some columns, side by side, each read where it lies: as ``dequantized(as:_:)`` has them.
  ///
  /// - Throws: ``ShapeError/outOfRange(axis:index:extent:)``.
  func values(
    ofColumns columns: [Int], _ execution: Execution
  ) throws(ShapeError) -> Matrix<Float> {
    for column in columns where !(0..<shape.columns).contains(column) {
      throw .outOfRange(axis: "column", index: column, extent: shape.columns)
    }
    let reader = ColumnReader(self, columns)
    return Matrix(Shape(shape.rows, columns.count), on: execution) { row, output in
      for place in columns.indices { output[place] = reader.value(row, place) }
    }
  }
}

/// Reads some columns code by code, and their scales alone.
private struct ColumnReader {
  private let matrix: CodeMatrix
  private let columns: [Int]
  /// One a row of blocks and column, or none.
  private let scales, biases: [Float]
  private let zeros: [Int]
  /// What bit patterns stand for, where codes are not whole numbers.
  private let numbers: [Float]
  private let mask: Int

  init(_ matrix: CodeMatrix, _ columns: [Int]) {
    let grid = matrix.grid
    func picked<Value>(_ count: Int, _ number: (_ row: Int, _ block: Int) -> Value) -> [Value] {
      guard count > 0 else { return [] }
      let blocks = columns.map { grid.blockColumn($0) }
      return (0..<grid.extent.rows).flatMap { row in blocks.map { number(row, $0) } }
    }
    func place(_ row: Int, _ block: Int) -> Int { row * grid.extent.columns + block }
    self.matrix = matrix
    self.columns = columns
    if let tiles = matrix.tiles {
      let first = tiles.firstSlices(grid)
      func number(_ numbers: PackedScales, _ row: Int, _ block: Int) -> Float {
        numbers[tiles.place(grid.rows(ofBlock: row).lowerBound, first[block])]
      }
      scales = picked(tiles.scales.count) { number(tiles.scales, $0, $1) }
      biases = picked(tiles.biases.count) { number(tiles.biases, $0, $1) }
    } else {
      let (all, offsets) = (matrix.scales, matrix.biases)
      scales = picked(all.count) { all[place($0, $1)] }
      biases = picked(offsets.count) { offsets[place($0, $1)] }
    }
    zeros = picked(matrix.zeroPoints.count) { Int(matrix.zeroPoints[place($0, $1)]) }
    numbers = matrix.type.decodingTable ?? []
    mask = 1 << matrix.storage.bits - 1
  }

  func value(_ row: Int, _ place: Int) -> Float {
    let code = matrix.code(row: row, column: columns[place])
    let block = matrix.grid.blockRow(row) * columns.count + place
    let number =
      numbers.isEmpty ? Float(code - (zeros.isEmpty ? 0 : zeros[block])) : numbers[code & mask]
    // The product is rounded before the sum, as kernels do.
    let product = number * scales[block]
    return biases.isEmpty ? product : product + biases[block]
  }
}
