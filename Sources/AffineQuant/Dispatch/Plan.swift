/// How a call is served: every step that it takes, each with its kernel.
///
/// Resolved from operation, operands and execution; calls run what it says.
public struct Plan: Sendable, Hashable {
  /// What is done.
  public let operation: MatrixOperation
  /// The steps in the order in which they begin.
  public let steps: [Step]
  /// The kernels that could serve the product, or an operation on one operand, fastest first.
  public let candidates: [KernelRow]
  /// Of these the faster ones that do not run, and why.
  public let passedOver: [PassedOver]

  /// How threads share the work of a product, a transpose or a dequantization; `nil` where the shapes are not known, there is
  /// no work, or it takes several steps of their own cuts, as a transpose of codes that are neither of 4 nor of 8 bits.
  public let split: Split?

  /// What numbers are multiplied as; `nil` where all are whole numbers, and of what is no product.
  public let precision: Precision?

  init(
    _ operation: MatrixOperation, _ steps: [Step], candidates: [KernelRow],
    precision: Precision? = nil, split: Split? = nil, on execution: Execution
  ) {
    self.split = split
    self.precision = precision
    self.operation = operation
    self.steps = steps
    self.candidates = candidates
    let main = steps.first { $0.work == .multiply } ?? steps.first { $0.work == .convert }
    let chosen = main?.kernels.first { candidates.contains($0) } ?? main?.kernels.last
    guard let chosen else { preconditionFailure("\(operation) without a kernel") }
    kernel = chosen
    passedOver = candidates.passedOver(for: chosen, allowing: execution.instructionSet)
  }

  /// The kernel that multiplies; of an operation on one operand the one that does most of it.
  public let kernel: KernelRow

  /// One kind of work on one operand, or the product itself.
  public struct Step: Sendable, Hashable {
    /// What the step does.
    public let work: Work
    /// The kernels, in the order in which they run; of a product one.
    public let kernels: [KernelRow]
    /// Bytes that are read and written; `nil` where the shapes are not known.
    public let bytes: Int?

    /// How much care the least of the kernels had.
    public var tier: KernelRow.Tier { KernelRow.Tier.lowest(of: kernels) }
  }

  /// How the step that multiplies, or converts, is cut for threads, who take a part each, and then what is left of
  /// others'.
  public struct Split: Sendable, Hashable {
    /// Threads that have a part of it, the caller's among them.
    public let threads: Int
    /// Parts that the rows of the result are cut into.
    public let lhsParts: Int
    /// Parts that its columns are cut into.
    public let rhsParts: Int
  }

  /// What a step does.
  public enum Work: String, Sendable, Hashable, CaseIterable {
    /// Panels of codes become rows again, as another layout asks.
    case unpackLHS = "unpack lhs"
    /// The same on the right.
    case unpackRHS = "unpack rhs"
    /// Floats become codes on their way into panels.
    case quantizeLHS = "quantize lhs"
    /// The left operand becomes panels: codes are widened, floats of 16 bits and codes of tables become
    /// floats.
    case packLHS = "pack lhs"
    /// The right operand does, at every call: a weight packed once saves this step.
    case packRHS = "pack rhs"
    /// Codes of the right operand are summed, for zero points and biases of the left one.
    case sumRHS = "sum rhs"
    /// The product of panels.
    case multiply
    /// Bias, activation and rounding of the sums.
    case finish
    /// What is quantized again becomes values first.
    case dequantize
    /// Values of 16 bits become floats, before they are quantized.
    case widen
    /// An operation on one operand.
    case convert
    /// Floats become values of 16 bits.
    case round
  }

  /// How much care the least of its kernels had.
  public var tier: KernelRow.Tier {
    KernelRow.Tier.lowest(of: steps.flatMap(\.kernels))
  }

  /// Every kernel, by name.
  public var kernels: [KernelRow] {
    Set(steps.flatMap(\.kernels)).sorted { $0.name < $1.name }
  }
}

extension Plan: CustomStringConvertible {
  public var description: String {
    let passed = passedOver.map { "\($0.row.name) passed over: \($0.reason)" }
    let taken = steps.map { step in
      let names = step.kernels.map { "\($0.name) (\($0.tier.rawValue))" }.joined(separator: ", ")
      return "\(step.work.rawValue): \(names)" + (step.bytes.map { ", \($0) bytes" } ?? "")
    }
    let rounded =
      precision == .bfloat16
      ? ["in bfloat16: within 2^-7 + (k + 9) 2^-23 of the magnitudes of k terms"] : []
    let parts = split.map {
      ["threads: \($0.threads), parts of rows: \($0.lhsParts), of columns: \($0.rhsParts)"]
    }
    return (rounded + passed + taken + (parts ?? [])).joined(separator: "\n")
  }
}
