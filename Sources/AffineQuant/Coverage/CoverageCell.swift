/// One entry of the coverage report: an operation on operands of some types, and its kernels.
public struct CoverageCell: Sendable, Hashable {
  /// What is done.
  public let operation: Operation
  /// The other operand of a product; what is quantized, for the rest.
  public let activations: OperandType
  /// The quantized operand: a weight, or inputs saved for a gradient.
  public let weights: QuantizedType
  /// The kernels, fastest first.
  public let rows: [KernelRow]

  /// The kernel that runs on a CPU with these instruction sets.
  public func chosen(on available: InstructionSet = .running) -> KernelRow {
    rows.explanation(on: available).chosen
  }

  /// One cell for every operation, activations and weights that compile.
  public static let all: [CoverageCell] = Operation.allCases.flatMap { operation in
    Catalog.types.flatMap { weights in
      operation.isProduct
        ? Catalog.activations.compactMap { product(operation, $0, weights) }
        : single(operation, weights).map { [$0] } ?? []
    }
  }

  private static func product(
    _ operation: Operation, _ activations: OperandType, _ weights: QuantizedType
  ) -> CoverageCell? {
    kernels(for: operation, activations, .quantized(weights)).map {
      CoverageCell(operation: operation, activations: activations, weights: weights, rows: $0)
    }
  }

  private static func single(_ operation: Operation, _ weights: QuantizedType) -> CoverageCell? {
    kernels(for: operation, .quantized(weights)).map {
      CoverageCell(operation: operation, activations: .float(.float32), weights: weights, rows: $0)
    }
  }
}
