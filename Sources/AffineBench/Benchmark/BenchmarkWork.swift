package import AffineQuant

/// What is timed: everything a caller pays on every call is in `run`, what is done once (packing a weight)
/// is not.
package struct BenchmarkWork {
  /// Multiplications and additions of products; elements of anything else.
  package let amount: Double
  /// Bytes of the operands and the result, and of what is read beside them.
  package let bytes: Double
  /// The kernel that does the work.
  package let kernel: KernelRow?
  package let run: () throws -> Void

  package init(
    amount: Double, bytes: Double, kernel: KernelRow?, run: @escaping () throws -> Void
  ) {
    self.amount = amount
    self.bytes = bytes
    self.kernel = kernel
    self.run = run
  }
}
