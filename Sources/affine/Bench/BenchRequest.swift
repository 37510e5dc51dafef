import AffineQuant
import AffineTestSupport
import AffineTraining

/// What `affine bench` is asked to do.
struct BenchRequest {
  let operation: BenchWork.Operation
  let weights, activations: OperandType
  /// How the optimizer of a step keeps its moments.
  let moments: MomentFormat
  let m, k, n: Int
  let execution: Execution

  /// Makes the operands and packs the weight.
  func prepared() throws -> BenchWork {
    switch operation {
    case .linear: try linearWork()
    case .inputGradient: try inputGradientWork()
    case .weightGradient: try weightGradientWork()
    case .trainStep: try trainStepWork()
    case .optimizerStep: try optimizerStepWork()
    case .quantize: try single(.quantize)
    case .dequantize: try single(.dequantize)
    case .transpose: try single(.transpose)
    }
  }

  var products: Double { 2 * Double(m) * Double(k) * Double(n) }

  func matrix(
    _ rows: Int, _ columns: Int, _ seed: UInt64, for type: OperandType = .float(.float32)
  ) -> Matrix<Float> {
    switch type {
    case .float: Samples.matrix(rows, columns, seed: seed)
    case .quantized(let type): Samples.matrix(rows, columns, for: type, seed: seed)
    }
  }

  func byteCount(_ type: OperandType, _ shape: Shape) -> Double {
    switch type {
    case .float(.float32): 4 * Double(shape.count)
    case .float: 2 * Double(shape.count)
    case .quantized(let type): Double(type.byteCount(of: shape))
    }
  }

  func kernel(
    _ operation: AffineQuant.Operation, _ first: OperandType, _ second: OperandType?
  )
    throws -> KernelRow
  {
    let rows = operation == .weightGradient ? n : m
    let isPacked = second?.isReadPacked(by: first) ?? false
    let plan = AffineQuant.plan(
      for: operation, first, second, rows: rows, isPacked: isPacked, on: execution)
    guard let plan else {
      let types = [first, second].compactMap { $0?.name }.joined(separator: " and ")
      throw Failure("there is no \(operation.rawValue) of \(types)")
    }
    return plan.kernel
  }

  private func optimizerStepWork() throws -> BenchWork {
    let shape = Shape(m, k)
    var optimizer = try AdamW(shape: shape, moments: moments)
    var parameters = matrix(m, k, 1)
    let (gradient, on) = (matrix(m, k, 2), execution)
    let bytes = Double(shape.count) * 12 + 2 * Double(optimizer.stateBytes)
    return BenchWork(amount: Double(shape.count), bytes: bytes, kernel: nil) {
      try optimizer.move(&parameters, gradient: gradient, on: on)
    }
  }

  private func single(_ operation: AffineQuant.Operation) throws -> BenchWork {
    guard case .quantized(let type) = weights else {
      throw Failure("\(operation.rawValue) needs a quantized type, not \(weights.name)")
    }
    let row = try kernel(operation, weights, nil)
    let parts = try CellWork.single(operation, type, m, k, execution)
    return BenchWork(amount: parts.amount, bytes: parts.bytes, kernel: row, run: parts.run)
  }
}
