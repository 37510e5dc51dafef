import AffineQuant
import ArgumentParser

/// One operation of `affine bench`, ready to be timed: everything a caller pays on every call is in
/// `run`, what is done once (packing a weight) is not.
struct BenchWork {
  /// The operations, by name.
  enum Operation: String, ExpressibleByArgument, CaseIterable {
    case linear, quantize, dequantize, transpose
    case inputGradient = "input-gradient"
    case weightGradient = "weight-gradient"
    case trainStep = "train-step"
    case optimizerStep = "optimizer-step"
  }

  /// Multiplications and additions of products; elements of anything else.
  let amount: Double
  /// Bytes of the operands and the result.
  let bytes: Double
  /// The kernel that does the work.
  let kernel: KernelRow?
  let run: () throws -> Void
}
