import AffineQuant

extension CellCheck {
  /// Float results against the oracle, each with its own bound.
  static func compare(
    _ actual: Matrix<Float>, _ expected: [Double], _ magnitudes: [Double], _ tolerance: Tolerance
  ) -> Outcome {
    var outcome = Outcome(passed: actual.values.count == expected.count, maximumRelativeError: 0)
    guard outcome.passed else { return outcome }
    for index in expected.indices {
      let error = abs(Double(actual.values[index]) - expected[index])
      // Written so that NaN fails.
      let isClose = error <= tolerance.bound(expected[index], magnitude: magnitudes[index])
      outcome.passed = outcome.passed && isClose
      if magnitudes[index] > 0 {
        outcome.maximumRelativeError = max(
          outcome.maximumRelativeError, error / magnitudes[index])
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
    return Outcome(passed: isEqual, maximumRelativeError: isEqual ? 0 : 1)
  }

  /// Quantized values: no further from the original than the type's spacing allows, and the same
  /// codes on every kernel.
  static func quantize(
    _ values: Matrix<Float>, _ type: QuantizedType, _ execution: Execution
  ) throws -> Outcome {
    let matrix = try CodeMatrix.quantize(values, as: type, QuantizationOptions(), execution)
    let portable = try CodeMatrix.quantize(
      values, as: type, QuantizationOptions(), Execution(threads: 1, instructionSet: .portable))
    let numbers = Oracle.numbers(matrix)
    var outcome = Outcome(passed: matrix == portable, maximumRelativeError: 0)
    for row in 0..<values.shape.rows {
      for column in 0..<values.shape.columns {
        let block =
          matrix.grid.blockRow(row) * matrix.grid.extent.columns + matrix.grid.blockColumn(column)
        let scale = Double(abs(matrix.scales[block]))
        let value = Double(values[row, column])
        let error = abs(numbers[row, column] - value)
        let bias = matrix.biases.count > 0 ? Double(abs(matrix.biases[block])) : 0
        let bound = spacing(type, scale: scale, value: value, bias: bias) * (1 + 0x1p-8)
        outcome.passed = outcome.passed && error <= bound
        if bound > 0 {
          outcome.maximumRelativeError = max(outcome.maximumRelativeError, error / bound)
        }
      }
    }
    return outcome
  }

  /// How far a value may lie from its code's.
  ///
  /// Whole numbers: half a step, and half a step more where the range ends half a code early or the
  /// zero point or bias was rounded; a short scale format moves a value by up to its epsilon, 2⁻⁸ for
  /// bfloat16, of all steps to it and of the bias. Floats: half a spacing at the value, or at the
  /// smallest. Codebooks: half the widest gap.
  private static func spacing(
    _ type: QuantizedType, scale: Double, value: Double, bias: Double
  ) -> Double {
    let reach = scale * Double(type.storage.codes.count) + bias
    let short = type.mapping.scale == .float32 ? 0 : reach * 0x1p-8
    switch (type.mapping.kind, type.storage) {
    case (.codebook(let map), _):
      return scale
        * zip(map.values, map.values.dropFirst()).reduce(0) { max($0, Double($1.1 - $1.0)) } / 2
    case (_, .float(let format)):
      // Half a unit in the last place, and half the smallest number.
      let (relative, smallest) =
        switch format {
        case .float8e4m3: (0x1p-4, 0x1p-10)
        case .float8e5m2: (0x1p-3, 0x1p-17)
        case .float4e2m1: (0x1p-2, 0x1p-2)
        }
      return max(abs(value) * relative, scale * smallest)
    default: return scale + short
    }
  }
}
