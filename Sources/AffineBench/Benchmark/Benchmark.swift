import AffineOracle
public import AffineQuant

/// One operation on operands of some types and extents, to be timed with all that a caller pays on every
/// call.
///
///     let benchmark = Benchmark(.linear, Int8Activations.self, Int4Weight.self, m: 32, k: 1024, n: 1024)
///     print(try benchmark.run())
///
/// X is m × k, W is n × k, G is m × n. Quantizing activations and gradients is timed; packing a weight and
/// rounding to a float type are not. A gradient contracts columns: there a type with a scale for each row
/// stands for the same with one for each column.
public struct Benchmark: Sendable, Hashable {
  /// What is timed: a product, quantize, dequantize or transpose; of one operand m × k.
  public let operation: MatrixOperation
  /// The types of the first operand of a product, and of the weight or what is converted.
  public let activations, weights: OperandType
  /// Rows of the activations, the contracted extent of a linear layer, output channels.
  public let m, k, n: Int
  /// Threads, instruction sets, and kernels of your own.
  public let execution: Execution

  /// Of types that are values.
  ///
  /// - Parameters:
  ///   - operation: What is timed.
  ///   - activations: The first operand of a product.
  ///   - weights: The weight, or what is converted.
  ///   - m: Rows of `X` and `G`, or of the one matrix.
  ///   - k: Columns of `X` and `W`, or of the one matrix.
  ///   - n: Rows of `W`, columns of `G`.
  ///   - execution: Threads, instruction sets, and kernels of your own.
  public init(
    _ operation: MatrixOperation, activations: OperandType = .float(.float32), weights: OperandType,
    m: Int,
    k: Int, n: Int = 1, on execution: Execution = .standard
  ) {
    self.operation = operation
    self.activations = activations
    self.weights = weights
    (self.m, self.k, self.n) = (m, k, n)
    self.execution = execution
  }

  /// A product of operands of two types, which may be your own.
  public init<Activations: Operand, Weights: Operand>(
    _ operation: MatrixOperation, _: Activations.Type, _: Weights.Type, m: Int, k: Int, n: Int,
    on execution: Execution = .standard
  ) {
    self.init(
      operation, activations: Activations.operandType, weights: Weights.operandType, m: m, k: k,
      n: n, on: execution)
  }

  /// An operation on one matrix of m × k.
  public init<Weights: Operand>(
    _ operation: MatrixOperation, _: Weights.Type, m: Int, k: Int,
    on execution: Execution = .standard
  ) {
    self.init(operation, weights: Weights.operandType, m: m, k: k, on: execution)
  }

  /// The same with another execution.
  func with(_ execution: Execution) -> Benchmark {
    Benchmark(
      operation, activations: activations, weights: weights, m: m, k: k, n: n, on: execution)
  }

  /// Times it.
  ///
  /// - Parameter seconds: How long, in five rounds with operands of their own.
  /// - Returns: The times, and the roofs beside them.
  /// - Throws: ``BenchmarkError``, and what the operation throws.
  public func run(seconds: Double = 0.5) throws -> BenchmarkResult {
    try Measurement(self).run(seconds: seconds)
  }

  /// Makes the operands and packs the weight.
  func prepared() throws -> BenchmarkWork {
    let areSmall = [m, k, n].allSatisfy { (1...1 << 24).contains($0) }
    guard areSmall, max(m * k, m * n, n * k) <= 1 << 32 else {
      throw BenchmarkError.extents(m: m, k: k, n: n)
    }
    return switch operation {
    case .linear: try linearWork()
    case .inputGradient: try inputGradientWork()
    case .weightGradient: try weightGradientWork()
    default: try single(operation)
    }
  }

  package var products: Double { 2 * Double(m) * Double(k) * Double(n) }

  /// Values to measure with.
  package func matrix(
    _ rows: Int, _ columns: Int, _ seed: UInt64, for type: OperandType = .float(.float32)
  ) -> Matrix<Float> {
    switch type {
    case .float: Samples.matrix(rows, columns, seed: seed)
    case .quantized(let type): Samples.matrix(rows, columns, for: type, seed: seed)
    }
  }

  static func byteCount(_ type: OperandType, _ shape: Shape) -> Double {
    switch type {
    case .float(.float32): 4 * Double(shape.count)
    case .float: 2 * Double(shape.count)
    case .quantized(let type): Double(type.byteCount(of: shape))
    }
  }

  /// The kernel that plans choose for these operands.
  package func kernel(
    _ operation: MatrixOperation, _ first: OperandType, _ second: OperandType?
  ) throws(BenchmarkError) -> KernelRow {
    let rows = operation == .weightGradient ? n : m
    let isPacked = second?.isReadPacked(by: first) ?? false
    let plan = AffineQuant.plan(
      for: operation, first, second, rows: rows, isPacked: isPacked, on: execution)
    guard let plan else {
      throw .noSuchOperation(operation, [first, second].compactMap { $0?.name })
    }
    return plan.kernel
  }

  private func single(_ operation: MatrixOperation) throws -> BenchmarkWork {
    guard case .quantized(let type) = weights else {
      throw BenchmarkError.noSuchOperation(operation, [weights.name])
    }
    let row = try kernel(operation, weights, nil)
    let parts = try CellWork.single(operation, type, m, k, execution)
    return BenchmarkWork(amount: parts.amount, bytes: parts.bytes, kernel: row, run: parts.run)
  }
}

/// What cannot be timed.
public enum BenchmarkError: Error, Hashable, CustomStringConvertible {
  /// Types that an operation does not take, by name: a call on them would not compile.
  case noSuchOperation(MatrixOperation, [String])
  /// Extents below 1 or above 2²⁴, or matrices of more than 2³² values.
  case extents(m: Int, k: Int, n: Int)

  public var description: String {
    switch self {
    case .noSuchOperation(let operation, let types):
      "there is no \(operation.rawValue) of \(types.joined(separator: " and "))"
    case .extents(let m, let k, let n):
      "extents of \(m), \(k) and \(n): each must lie in 1...16777216, and no matrix may have more than "
        + "4294967296 values"
    }
  }
}
