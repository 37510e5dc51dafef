/// One entry of the coverage report: an operation on operands of some types, and its kernels.
public struct CoverageCell: Sendable, Hashable {
  /// What is done.
  public let operation: MatrixOperation
  /// The other operand of a product; what is quantized, for the rest.
  public let activations: OperandType
  /// The quantized operand: a weight, or inputs saved for a gradient.
  public let weights: QuantizedType
  /// What floats of a product are multiplied as.
  public let precision: Precision
  /// The kernels, fastest first.
  public let rows: [KernelRow]

  /// What becomes another type in cells of ``MatrixOperation/requantize``.
  package static let requantized = Int8Weight.type

  /// How the cell is served on a CPU with these instruction sets; of a linear product, with a weight that
  /// lies packed where kernels read panels.
  ///
  /// `available` is what the CPU has.
  public func plan(on available: InstructionSet = .running) -> Plan {
    plan(on: available, adding: [])
  }

  /// The same with kernels that come before those of the library.
  package func plan(on available: InstructionSet, adding added: [AddedKernel]) -> Plan {
    var execution = Execution(threads: 1, instructionSet: available)
    execution.precision = precision
    execution.added = added
    let (first, second): (OperandType, OperandType?) =
      switch operation {
      case .linear, .inputGradient, .weightGradient: (activations, .quantized(weights))
      case .requantize: (.quantized(weights), .quantized(Self.requantized))
      default: (.quantized(weights), nil)
      }
    let isPacked =
      operation.isProduct && OperandType.quantized(weights).isReadPacked(by: activations)
    let plan = AffineQuant.plan(
      for: operation, first, second, isPacked: isPacked, on: execution)
    guard let plan else { preconditionFailure("a cell of an operation that is none") }
    return plan
  }

  /// One cell for every operation, activations and weights that compile.
  public static let all: [CoverageCell] = MatrixOperation.allCases.flatMap { operation in
    Catalog.types.flatMap { cells(operation, $0) }
  }

  /// One cell for every operation and activations that compile with a type, which need not be in the
  /// catalog: its granularity and codebook may come from outside of the library.
  ///
  /// `type` is that of the weights, or of the one matrix.
  public static func cells(of type: QuantizedType) -> [CoverageCell] {
    MatrixOperation.allCases.flatMap { cells($0, type) }
  }

  /// The name of the left operand of a product, with its precision where that is not `float32`.
  public var activationsName: String {
    precision == .float32 ? activations.name : "\(activations.name) in \(precision.rawValue)"
  }

  private static func cells(_ operation: MatrixOperation, _ weights: QuantizedType)
    -> [CoverageCell]
  {
    guard operation.isProduct else { return single(operation, weights).map { [$0] } ?? [] }
    let inFloat = Catalog.activations.compactMap { product(operation, $0, weights, .float32) }
    return inFloat
      + Catalog.brainActivations.compactMap { product(operation, $0, weights, .bfloat16) }
  }

  private static func product(
    _ operation: MatrixOperation, _ activations: OperandType, _ weights: QuantizedType,
    _ precision: Precision
  ) -> CoverageCell? {
    let plan = AffineQuant.plan(
      for: operation, activations, .quantized(weights), on: Execution(precision: precision))
    // Products of whole numbers have no other precision.
    guard let plan, precision == .float32 || plan.precision == precision else { return nil }
    return CoverageCell(
      operation: operation, activations: activations, weights: weights, precision: precision,
      rows: plan.candidates)
  }

  private static func single(_ operation: MatrixOperation, _ weights: QuantizedType)
    -> CoverageCell?
  {
    kernels(for: operation, .quantized(weights)).map {
      CoverageCell(
        operation: operation, activations: .float(.float32), weights: weights,
        precision: .float32, rows: $0)
    }
  }
}
