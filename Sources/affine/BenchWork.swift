import AffineQuant
import AffineTestSupport
import AffineTraining
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

/// What `affine bench` is asked to do.
struct BenchRequest {
  let operation: BenchWork.Operation
  let weights, activations: OperandType
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

  private var products: Double { 2 * Double(m) * Double(k) * Double(n) }

  private func matrix(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix<Float> {
    Samples.matrix(rows, columns, seed: seed)
  }

  private func byteCount(_ type: OperandType, _ shape: Shape) -> Double {
    switch type {
    case .float(.float32): 4 * Double(shape.count)
    case .float: 2 * Double(shape.count)
    case .quantized(let type): Double(type.byteCount(of: shape))
    }
  }

  private func kernel(
    _ operation: AffineQuant.Operation, _ first: OperandType, _ second: OperandType?
  )
    throws -> KernelRow
  {
    guard let rows = kernels(for: operation, first, second),
      let row = rows.first(where: { $0.canRun(on: execution.instructionSet) })
    else {
      let types = [first, second].compactMap { $0?.name }.joined(separator: " and ")
      throw ValidationError("there is no \(operation.rawValue) of \(types)")
    }
    return row
  }

  private func linearWork() throws -> BenchWork {
    let x = matrix(m, k, 1)
    var weight = try ErasedOperand(matrix(n, k, 2), as: weights, on: execution)
    let row = try kernel(.linear, activations, weights)
    if case .quantized(let codes) = weight, case .quantized = activations {
      weight = .quantized(codes.tiled(execution))
    }
    let (type, packed, on) = (activations, weight, execution)
    let bytes =
      4 * Double(m * k + m * n) + byteCount(weights, Shape(n, k))
    return BenchWork(amount: products, bytes: bytes, kernel: row) {
      let operand = try ErasedOperand(x, as: type, on: on)
      _ = try ErasedOperand.product(.linear, operand, packed, on: on)
    }
  }

  /// The gradient is quantized in the timed region; the weight before it.
  private func inputGradientWork() throws -> BenchWork {
    let g = matrix(m, n, 1)
    let weight = try ErasedOperand(matrix(n, k, 2), as: weights, on: execution)
    let row = try kernel(.inputGradient, activations, weights)
    let (type, on) = (activations, execution)
    let bytes = 4 * Double(m * k + m * n) + byteCount(weights, Shape(n, k))
    return BenchWork(amount: products, bytes: bytes, kernel: row) {
      let operand = try ErasedOperand(g, as: type, on: on)
      _ = try ErasedOperand.product(.inputGradient, operand, weight, on: on)
    }
  }

  /// Both operands are quantized in the timed region.
  private func weightGradientWork() throws -> BenchWork {
    let g = matrix(m, n, 1), x = matrix(m, k, 2)
    let row = try kernel(.weightGradient, activations, weights)
    let (first, second, on) = (activations, weights, execution)
    let bytes = 4 * Double(m * k + m * n + n * k)
    return BenchWork(amount: products, bytes: bytes, kernel: row) {
      let lhs = try ErasedOperand(g, as: first, on: on)
      let rhs = try ErasedOperand(x, as: second, on: on)
      _ = try ErasedOperand.product(.weightGradient, lhs, rhs, on: on)
    }
  }

  private func trainStepWork() throws -> BenchWork {
    let (x, w, g, on) = (matrix(m, k, 1), matrix(n, k, 2), matrix(m, n, 3), execution)
    let bytes = 4 * Double(2 * (m * k + m * n + n * k))
    if weights == .float(.float32), activations == .float(.float32) {
      let row = try kernel(.linear, activations, weights)
      return BenchWork(amount: 3 * products, bytes: bytes, kernel: row) {
        _ = try linear(x, w, on: on)
        _ = try inputGradient(g, w, on: on)
        _ = try weightGradient(g, x, on: on)
      }
    }
    guard weights == .quantized(Int8Weight.type), activations == .quantized(Int8Activations.type)
    else {
      throw ValidationError(
        "train-step runs int8-row with int8-token, or float32 with float32, "
          + "not \(weights.name) with \(activations.name)")
    }
    let step = QuantizedLinearStep(execution: on)
    let row = try kernel(.linear, activations, weights)
    return BenchWork(amount: 3 * products, bytes: bytes, kernel: row) {
      _ = try step.forward(x, w)
      _ = try step.inputGradient(g, w)
      _ = try step.weightGradient(g, x)
    }
  }

  private func optimizerStepWork() throws -> BenchWork {
    let shape = Shape(m, k)
    let state: AdamW.State
    switch weights {
    case .float(.float32): state = .float32
    case .quantized(let type)
    where type.storage.bits == 8 && type.block.rows == 1
      && type.block.columns != Block.whole:
      state = .dynamic8(group: type.block.columns)
    default:
      throw ValidationError(
        "optimizer-step keeps states in float32 or 8-bit groups (int8-group256), not \(weights.name)"
      )
    }
    var optimizer = try AdamW(shape: shape, state: state)
    var parameters = matrix(m, k, 1)
    let (gradient, on) = (matrix(m, k, 2), execution)
    let bytes = Double(shape.count) * 12 + 2 * Double(optimizer.stateBytes)
    return BenchWork(amount: Double(shape.count), bytes: bytes, kernel: nil) {
      parameters = try optimizer.update(parameters, gradient: gradient, on: on)
    }
  }

  private func single(_ operation: AffineQuant.Operation) throws -> BenchWork {
    guard case .quantized(let type) = weights else {
      throw ValidationError("\(operation.rawValue) needs a quantized type, not \(weights.name)")
    }
    let row = try kernel(operation, weights, nil)
    let parts = try CellWork.single(operation, type, m, k, execution)
    return BenchWork(amount: parts.amount, bytes: parts.bytes, kernel: row, run: parts.run)
  }
}
