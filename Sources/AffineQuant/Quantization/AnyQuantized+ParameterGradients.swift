extension AnyQuantized {
  /// What a gradient by the values is by the parameters of each block, with codes that do not change:
  /// learned ranges, as MLX trains the scales and biases of a quantized matrix.
  ///
  ///     scale:       Σ gradient · (code − zero point)
  ///     bias:        Σ gradient
  ///     zero point:  −scale · Σ gradient, rounding taken for the identity
  ///
  /// - Parameters:
  ///   - gradient: In the shape of this matrix.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: Matrices in the shape of the grid of blocks; sums are in `Double`.
  /// - Precondition: The shapes are the same.
  /// - Complexity: O(rows · columns); only rows of blocks are summed at the same time.
  package func parameterGradients(
    _ gradient: Matrix<Float>, on execution: Execution
  ) -> (scales: Matrix<Float>, offsets: Matrix<Float>?) {
    precondition(gradient.shape == shape, "\(gradient.shape) for \(shape)")
    let (grid, extent, numbers) = (core.grid, core.grid.extent, numbers(on: execution))
    let columns = (0..<extent.columns).map { grid.columns(ofBlock: $0) }
    let rowsOfBlock = extent.rows == 0 ? 0 : grid.rows(ofBlock: 0).count
    // A block's two sums stand side by side.
    let sums = Matrix(
      Shape(extent.rows, 2 * extent.columns), work: rowsOfBlock * shape.columns, on: execution
    ) { block, output in
      var totals = [Double](repeating: 0, count: 2 * extent.columns)
      for row in grid.rows(ofBlock: block) {
        let (values, codes) = (gradient.row(row), numbers.row(row))
        for (index, part) in columns.enumerated() {
          var (products, plain) = (0.0, 0.0)
          for column in part {
            products += Double(values[column]) * Double(codes[column])
            plain += Double(values[column])
          }
          totals[2 * index] += products
          totals[2 * index + 1] += plain
        }
      }
      for index in totals.indices { output[index] = Float(totals[index]) }
    }
    let ofScales = Matrix(rows: extent.rows, columns: extent.columns) { sums[$0, 2 * $1] }
    let scales = scales
    switch quantizedType.mapping.kind {
    case .symmetric, .codebook: return (ofScales, nil)
    case .biased:
      let sums = Matrix(rows: extent.rows, columns: extent.columns) { sums[$0, 2 * $1 + 1] }
      return (ofScales, sums)
    case .asymmetric:
      let sums = Matrix(rows: extent.rows, columns: extent.columns) {
        -scales[$0, $1] * sums[$0, 2 * $1 + 1]
      }
      return (ofScales, sums)
    }
  }

  /// The codes, less their zero points, as values: the same matrix with scales of 1 and biases of 0.
  package func numbers(on execution: Execution) -> Matrix<Float> {
    let ones = Buffer<Float>(count: core.scales.count, zeroed: false) { scales in
      for index in scales.indices { scales[index] = 1 }
    }
    return CodeMatrix(
      type: core.type.flat, grid: core.grid, codes: core.codes, scales: ones,
      zeroPoints: core.zeroPoints, biases: Buffer(count: core.biases.count) { _ in }
    ).dequantized(execution)
  }
}
