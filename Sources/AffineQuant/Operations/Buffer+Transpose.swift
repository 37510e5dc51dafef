internal import AffineKernels

extension Buffer<UInt8> {
  /// The transpose of a matrix of codes of 8 or 4 bits, whose rows are whole bytes.
  func transposed(
    _ shape: Shape, _ kernel: Kernel<TransposeBytes>, bits: Int, _ execution: Execution
  ) -> Buffer<UInt8> {
    let (inStride, outStride) = ((shape.columns * bits + 7) / 8, (shape.rows * bits + 7) / 8)
    let byteCount = shape.columns * outStride
    // A large result has left the caches before it is used; writing past them saves reading it first.
    let streams = byteCount >= Allocation.large && outStride.isMultiple(of: 64)
    let (parts, threads) = CodeTransposer.split(shape, bits: bits, execution)
    return Buffer(count: byteCount, zeroed: false) { output in
      // Ranges of rows become ranges of columns of the result: they do not overlap.
      ThreadPool.shared.parallel(parts, threads: threads, execution.record) { part in
        let granules = CodeTransposer.granules(shape)
        let first = granules * part / parts * CodeTransposer.granule
        let end = Swift.min(granules * (part + 1) / parts * CodeTransposer.granule, shape.rows)
        var arguments = unsafe TransposeBytes(
          c: aq_transpose_args(
            rows: end - first, columns: shape.columns, in: self.pointer + first * inStride,
            in_stride: inStride, out: output.pointer + first * bits / 8, out_stride: outStride,
            streams: streams))
        kernel(&arguments)
      }
      withExtendedLifetime(self) {}
    }
  }
}
