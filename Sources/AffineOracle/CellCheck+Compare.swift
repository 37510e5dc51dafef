import AffineQuant

extension CellCheck {
  /// Float results against the oracle, each with its own bound.
  static func compare(
    _ actual: Matrix<Float>, _ expected: [Double], _ magnitudes: [Double], _ tolerance: Tolerance
  ) -> Outcome {
    var outcome = Outcome(passed: actual.values.count == expected.count, maximumRelativeError: 0)
    guard outcome.passed else { return outcome }
    outcome.bound = 0
    for index in expected.indices {
      let error = abs(Double(actual.values[index]) - expected[index])
      // Written so that NaN fails.
      let bound = tolerance.bound(expected[index], magnitude: magnitudes[index])
      let isClose = error <= bound
      outcome.passed = outcome.passed && isClose
      if magnitudes[index] > 0 {
        outcome.maximumRelativeError = max(
          outcome.maximumRelativeError, error / magnitudes[index])
        outcome.bound = max(outcome.bound ?? 0, bound / magnitudes[index])
      }
    }
    return outcome
  }

  /// Dequantized values: a product and a sum, each rounded once; a bias can cancel the product.
  static func compare(
    _ actual: Matrix<Float>, _ expected: Oracle.Numbers, _ matrix: CodeMatrix
  ) -> Outcome {
    let largestBias = matrix.biases.array.map { Double(abs($0)) }.max() ?? 0
    return compare(
      actual, expected.values, expected.values.map { abs($0) + 2 * largestBias },
      .dot(roundings: 2))
  }

  /// Moved codes: the very same numbers.
  static func exact(
    _ actual: Oracle.Numbers, columns: Int, _ expected: (_ row: Int, _ column: Int) -> Double
  ) -> Outcome {
    let isEqual =
      actual.columns == columns
      && (0..<actual.rows).allSatisfy { row in
        (0..<columns).allSatisfy { actual[row, $0] == expected(row, $0) }
      }
    return Outcome(passed: isEqual, maximumRelativeError: isEqual ? 0 : 1, bound: 0)
  }

  /// Quantized values: the parameters and codes of the written formulas, the same on every kernel;
  /// the error is the largest distance of a value from its code's, in steps of the scale.
  static func quantize(
    _ values: Matrix<Float>, _ type: QuantizedType, _ execution: Execution
  ) throws -> Outcome {
    let matrix = try CodeMatrix.quantize(values, as: type, QuantizationOptions(), execution)
    let expected = Oracle.quantize(values, as: type)
    let codes = AnyQuantized(matrix).codes.map(Int.init)
    let isEqual =
      matrix.scales.array == expected.scales && matrix.zeroPoints.array == expected.zeroPoints
      && matrix.biases.array == expected.biases && codes == expected.codes
    let numbers = Oracle.numbers(matrix)
    var outcome = Outcome(passed: isEqual, maximumRelativeError: 0)
    for row in 0..<values.shape.rows {
      for column in 0..<values.shape.columns {
        let block =
          matrix.grid.blockRow(row) * matrix.grid.extent.columns + matrix.grid.blockColumn(column)
        let error = abs(numbers[row, column] - Double(values[row, column]))
        // Of scales that are codes some may be zero.
        let step = Double(abs(matrix.scales[block]))
        if step > 0 {
          outcome.maximumRelativeError = max(outcome.maximumRelativeError, error / step)
        }
      }
    }
    return outcome
  }
}
