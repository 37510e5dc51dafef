package import AffineQuant
internal import AffineKernels

/// Products that are added to what is there.
package enum ProductSum {
  /// Rows of the sum at a time: whole tiles of the kernel, few enough that a copy of their factors stays near.
  private static let block = 96

  /// `sum += Gᵀ · X`: what more rows add to the gradient of a weight, without a matrix of their own.
  ///
  /// - Precondition: G is rows × the sum's rows, X is rows × the sum's columns.
  package static func add(
    _ gradient: Matrix<Float>, _ input: Matrix<Float>, to sum: inout Matrix<Float>,
    on execution: Execution
  ) {
    let (depth, columns) = (gradient.shape.rows, sum.shape.columns)
    precondition(input.shape == Shape(depth, columns), "\(input.shape) for \(sum.shape)")
    precondition(gradient.shape.columns == sum.shape.rows, "\(gradient.shape) for \(sum.shape)")
    let product = AttentionKernels.product.best(on: execution)
    let blocks = (sum.shape.rows + block - 1) / block
    let rows = sum.shape.rows
    sum.values.change { memory in
      ThreadPool.shared.parallel(blocks, threads: execution.threads, execution.record) { index in
        let part = index * block..<min((index + 1) * block, rows)
        // Columns of a large matrix lie a power of two apart, so that few would stay in a cache.
        let factors = columnBlock(gradient, part)
        var arguments = unsafe ProductInPlace(
          c: aq_product_args(
            rows: part.count, columns: columns, depth: depth, lhs: factors.pointer, lhs_row: 1,
            lhs_depth: part.count, rhs: input.values.pointer, rhs_depth: columns,
            out: memory.pointer + part.lowerBound * columns, out_row: columns, accumulate: true,
            next: nil))
        product(&arguments)
        withExtendedLifetime(factors) {}
      }
    }
    withExtendedLifetime((gradient, input)) {}
  }

  /// Neighbouring columns of a matrix.
  package static func columns(
    _ range: Range<Int>, of matrix: Matrix<Float>
  ) -> Matrix<Float> {
    Matrix(validated: Shape(matrix.shape.rows, range.count), columnBlock(matrix, range))
  }

  private static func columnBlock(_ matrix: Matrix<Float>, _ range: Range<Int>) -> Buffer<Float> {
    let (rows, stride) = (matrix.shape.rows, matrix.shape.columns)
    return Buffer(count: rows * range.count, zeroed: false) { output in
      let source = matrix.values.span
      for row in 0..<rows {
        for column in range {
          output[row * range.count + column - range.lowerBound] = source[row * stride + column]
        }
      }
    }
  }
}
