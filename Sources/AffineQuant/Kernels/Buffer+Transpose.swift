internal import AffineKernels

extension Buffer<UInt8> {
  /// The transpose of a matrix of bytes.
  func transposed(_ shape: Shape, _ execution: Execution) -> Buffer<UInt8> {
    let kernel = TransposeKernels.bytes.best(on: execution.instructionSet)
    return Buffer(count: shape.count, zeroed: false) { output in
      // Ranges of rows become ranges of columns of the result: they do not overlap.
      ThreadPool.shared.parallelRows(shape.rows, shape.columns, execution) { rows in
        var arguments = unsafe TransposeBytes(
          c: aq_transpose_args(
            rows: rows.count, columns: shape.columns,
            in: self.pointer + rows.lowerBound * shape.columns, in_stride: shape.columns,
            out: output.pointer + rows.lowerBound, out_stride: shape.rows))
        kernel(&arguments)
      }
      withExtendedLifetime(self) {}
    }
  }
}
