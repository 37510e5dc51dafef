package import AffineQuant

extension LinearWeight {
  /// The values of some rows: an embedding whose table is also the weight of a product.
  ///
  /// - Throws: ``AffineQuant/ShapeError``: no such row.
  package func rows(_ numbers: [Int], _ execution: Execution) throws(ShapeError) -> Matrix<Float> {
    switch self {
    case .float(let matrix):
      for number in numbers where !(0..<matrix.shape.rows).contains(number) {
        throw .outOfRange(axis: "row", index: number, extent: matrix.shape.rows)
      }
      return Embedding.gather(matrix, rows: numbers, on: execution)
    case .quantized(let packed), .fixed(let packed, _, _):
      return try packed.rows(numbers, on: execution)
    case .outliers(let weight): return try weight.quantized.core.gather(numbers, execution)
    }
  }
}
