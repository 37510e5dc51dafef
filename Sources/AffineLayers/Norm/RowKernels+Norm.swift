internal import AffineQuant
internal import AffineKernels

extension RowKernels {
  /// Rows over their deviation, times the weight, plus the bias; both are rows of one.
  static func norm(
    _ x: Matrix<Float>, weight: Matrix<Float>?, bias: Matrix<Float>?, epsilon: Float,
    centers: Bool, on execution: Execution
  ) -> (output: Matrix<Float>, statistics: RowNorm.Statistics) {
    let (rows, columns) = (x.shape.rows, x.shape.columns)
    let kernel = norm.best(on: execution)
    let means = centers ? BufferBuilder<Float>(count: rows) : nil
    let inverses = BufferBuilder<Float>(count: rows)
    let output = BufferBuilder<Float>(count: x.shape.count)
    // Rows do not overlap.
    ThreadPool.shared.parallelRows(rows, columns, execution) { part in
      let start = part.lowerBound * columns
      var arguments = unsafe NormRows(
        c: aq_norm_args(
          rows: part.count, columns: columns, in: x.values.pointer + start,
          weight: weight.map { unsafe $0.values.pointer },
          bias: bias.map { unsafe $0.values.pointer }, epsilon: epsilon,
          out: output.memory.pointer + start,
          means: means.map { unsafe $0.memory.pointer + part.lowerBound },
          inverses: inverses.memory.pointer + part.lowerBound))
      kernel(&arguments)
    }
    withExtendedLifetime((x, weight, bias)) {}
    let statistics = RowNorm.Statistics(
      means: means?.buffer, inverseDeviations: inverses.buffer)
    return (Matrix(validated: x.shape, output.buffer), statistics)
  }

  /// The gradients of the input, and of weight and bias as one row for each `block` rows.
  static func normGradient(
    _ x: Matrix<Float>, weight: Matrix<Float>?, statistics: RowNorm.Statistics,
    _ gradient: Matrix<Float>, block: Int, on execution: Execution
  ) -> (input: Matrix<Float>, weights: Matrix<Float>, biases: Matrix<Float>) {
    let (rows, columns) = (x.shape.rows, x.shape.columns)
    let kernel = normGradient.best(on: execution)
    let (means, inverses) = (statistics.means, statistics.inverseDeviations)
    let blocks = Shape((rows + block - 1) / block, columns)
    let output = BufferBuilder<Float>(count: x.shape.count)
    let weights = BufferBuilder<Float>(count: blocks.count, zeroed: true)
    let biases = BufferBuilder<Float>(count: means == nil ? 0 : blocks.count, zeroed: true)
    // Blocks of rows do not overlap, and each has rows of its own for the other two.
    ThreadPool.shared.parallelRows(blocks.rows, block * columns, execution) { part in
      let scratch = BufferBuilder<Float>(count: 2 * columns)
      for index in part {
        let (first, end) = (index * block, min((index + 1) * block, rows))
        var arguments = unsafe NormGradientRows(
          c: aq_normgradient_args(
            rows: end - first, columns: columns, in: x.values.pointer + first * columns,
            gradient: gradient.values.pointer + first * columns,
            weight: weight.map { unsafe $0.values.pointer },
            means: means.map { unsafe $0.pointer + first }, inverses: inverses.pointer + first,
            out: output.memory.pointer + first * columns,
            of_weight: weights.memory.pointer + index * columns,
            of_bias: means == nil ? nil : biases.memory.pointer + index * columns,
            scratch: scratch.memory.pointer))
        kernel(&arguments)
      }
      withExtendedLifetime(scratch) {}
    }
    withExtendedLifetime((x, weight, gradient, means, inverses)) {}
    return (
      Matrix(validated: x.shape, output.buffer), Matrix(validated: blocks, weights.buffer),
      Matrix(validated: means == nil ? Shape(0, columns) : blocks, biases.buffer)
    )
  }
}
