internal import AffineKernels

extension Buffer<UInt8> {
  /// The rows that a part of the work starts at: what a kernel turns at once, whole cache lines of the
  /// result.
  private static let granule = 128

  /// The transpose of a matrix of codes of 8 or 4 bits, whose rows are whole bytes.
  func transposed(
    _ shape: Shape, _ table: KernelTable<TransposeBytes>, bits: Int, _ execution: Execution
  ) -> Buffer<UInt8> {
    let kernel = table.best(on: execution)
    let (inStride, outStride) = ((shape.columns * bits + 7) / 8, (shape.rows * bits + 7) / 8)
    let byteCount = shape.columns * outStride
    // A large result has left the caches before it is used; writing past them saves reading it first.
    let streams = byteCount >= Allocation.large && outStride.isMultiple(of: 64)
    let granules = (shape.rows + Self.granule - 1) / Self.granule
    return Buffer(count: byteCount, zeroed: false) { output in
      // Ranges of rows become ranges of columns of the result: they do not overlap.
      ThreadPool.shared.parallelRows(granules, Self.granule * shape.columns, execution) { part in
        let first = part.lowerBound * Self.granule
        let end = Swift.min(part.upperBound * Self.granule, shape.rows)
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
