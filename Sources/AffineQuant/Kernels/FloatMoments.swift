internal import AffineKernels

/// Both moments of an optimizer as floats.
package struct FloatMoments: Sendable, Equatable {
  private let shape: Shape
  private var m, v: Buffer<Float>

  /// Moments of zero.
  package init(_ shape: Shape) {
    self.shape = shape
    m = Buffer(count: shape.count) { _ in }
    v = Buffer(count: shape.count) { _ in }
  }

  /// Bytes of both.
  package var byteCount: Int { 2 * shape.count * MemoryLayout<Float>.stride }

  /// Moves parameters and moments.
  package mutating func move(
    _ parameters: inout Matrix<Float>, gradient: Matrix<Float>, _ step: AdamWStep,
    _ execution: Execution
  ) {
    let kernel = AdamWKernels.floats.best(on: execution.instructionSet)
    let columns = shape.columns
    parameters.values.change { parameters in
      m.change { m in
        v.change { v in
          // Rows do not overlap.
          ThreadPool.shared.parallelRows(shape.rows, columns, execution) { rows in
            let start = rows.lowerBound * columns
            var arguments = unsafe AdamWFloats(
              c: aq_adamw_f32_args(
                step: step.c, count: rows.count * columns,
                gradient: gradient.values.pointer + start, parameters: parameters.pointer + start,
                m: m.pointer + start, v: v.pointer + start))
            kernel(&arguments)
          }
        }
      }
    }
    withExtendedLifetime(gradient) {}
  }
}
