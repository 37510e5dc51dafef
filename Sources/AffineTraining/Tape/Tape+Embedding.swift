internal import AffineLayers
internal import AffineQuant

extension Tape {
  /// The rows of a table that tokens name.
  ///
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

  /// The mean negative log-likelihood of targets, one a row of logits; rows with target −1 do not count.
  ///
  /// - Returns: The mean, and it as a 1 × 1 matrix on the tape.
  /// - Throws: ``TrainingError/shape(tensor:_:)``: targets that are no columns, or not one a row.
  public func crossEntropy(
    _ logits: Variable, targets: [Int]
  ) throws(TrainingError) -> (mean: Double, variable: Variable) {
    try check(
      targets.count == logits.shape.rows, "the loss",
      .wrongCount(of: "targets", expected: logits.shape.rows, found: targets.count))
    try checkRows(targets, -1..<logits.shape.columns, "the loss")
    let execution = execution
    let result = Softmax.crossEntropy(
      logits.value.floats(on: execution), targets: targets, on: execution)
    let variable = record(
      .float32(.scalar(Float(result.loss))), from: [logits], saving: [.float32(result.gradient)]
    ) { gradient, saved in
      let factor = gradient.floats()[0, 0]
      let values = saved[0].floats()
      return [.float32(factor == 1 ? values : Elementwise.scale(values, by: factor, on: execution))]
    }
    return (result.loss, variable)
  }
}
