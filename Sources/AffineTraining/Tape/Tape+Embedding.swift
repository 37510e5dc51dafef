internal import AffineLayers
internal import AffineQuant

extension Tape {
  /// The rows of a table that tokens name.
  ///
  /// - Parameters:
  ///   - table: One row a token of the vocabulary.
  ///   - tokens: Which rows, from 0.
  /// - Returns: As many rows as tokens.
  /// - Throws: ``TrainingError/shape(tensor:_:)``: a token that is no row of the table.
  public func embedding(_ table: Variable, _ tokens: [Int]) throws(TrainingError) -> Variable {
    try checkRows(tokens, 0..<table.shape.rows, "an embedding")
    let (rows, execution) = (table.shape.rows, execution)
    // A frozen table in codes is large: only its rows become floats, where they have scales of their own.
    var values: Matrix<Float>?
    if case .codes(let codes) = table.value, table.node == nil {
      values = (try? codes.rows(inOrder: tokens))?.dequantized(on: execution)
    }
    let chosen =
      values ?? Embedding.gather(table.value.floats(on: execution), rows: tokens, on: execution)
    return record(.float32(chosen), from: [table], saving: []) { gradient, _ in
      [
        .float32(
          Embedding.scatterGradient(
            gradient.floats(on: execution), rows: tokens, tableRows: rows, on: execution))
      ]
    }
  }
}
