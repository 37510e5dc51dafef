import AffineQuant

/// One call of a cell's operation, ready to run.
struct CellWork {
  /// Multiplications and additions of a product; elements of anything else.
  let amount: Double
  /// Bytes of the operands and the result.
  let bytes: Double
  let run: () throws -> Void

  /// A weight to use again: cells that follow each other differ in their activations.
  struct Weight {
    fileprivate let operand: ErasedOperand
    fileprivate let shape: Shape
  }

  init(
    _ cell: CoverageCell, m: Int, k: Int, n: Int, reusing weight: inout Weight?,
    _ execution: Execution
  ) throws {
    var execution = execution
    execution.precision = cell.precision
    if cell.operation.isProduct {
      (amount, bytes, run) = try Self.product(cell, m, k, n, &weight, execution)
    } else {
      (amount, bytes, run) = try Self.single(cell.operation, cell.weights, 64, k, execution)
    }
  }

  /// Numbers that cost little to make; no kernel's time depends on them.
  private static func values(
    _ rows: Int, _ columns: Int, for type: QuantizedType? = nil
  ) -> Matrix<Float> {
    var isNonnegative = false
    if case .codebook(let map) = type?.mapping.kind { isNonnegative = map.values[0] >= 0 }
    return Matrix(rows: rows, columns: columns) { row, column in
      Float((row * 37 + column * 11) % 256) - (isNonnegative ? 0 : 127.5)
    }
  }

  typealias Parts = (amount: Double, bytes: Double, run: () throws -> Void)

  private static func product(
    _ cell: CoverageCell, _ m: Int, _ k: Int, _ n: Int, _ reused: inout Weight?,
    _ execution: Execution
  ) throws -> Parts {
    let (first, second) =
      switch cell.operation {
      case .linear: (Shape(m, k), Shape(n, k))
      case .inputGradient: (Shape(m, k), Shape(k, n))
      default: (Shape(k, m), Shape(k, n))
      }
    let lhs = try ErasedOperand(values(first.rows, first.columns), as: cell.activations)
    let type = OperandType.quantized(cell.weights)
    if reused?.shape != second || reused?.operand.type != type {
      reused = Weight(
        operand: try ErasedOperand(
          values(second.rows, second.columns, for: cell.weights), as: type),
        shape: second)
    }
    guard let weight = reused?.operand else { preconditionFailure("no \(type.name)") }
    let rhs =
      cell.operation == .linear ? weight.packed(for: cell.activations, execution) : weight
    let bytes =
      Benchmark.byteCount(cell.activations, first) + Benchmark.byteCount(type, second)
      + 4 * Double(m * n)
    return (
      2 * Double(m * k * n), bytes,
      { _ = try ErasedOperand.product(cell.operation, lhs, rhs, on: execution) }
    )
  }

  /// An operation on one matrix of `rows × columns`.
  static func single(
    _ operation: MatrixOperation, _ type: QuantizedType, _ rows: Int, _ columns: Int,
    _ execution: Execution
  ) throws -> Parts {
    let values = Self.values(rows, columns, for: type)
    let matrix = try CodeMatrix.quantize(values, as: type, QuantizationOptions(), execution)
    let source =
      operation == .requantize
      ? try CodeMatrix.quantize(
        values, as: CoverageCell.requantized, QuantizationOptions(), execution) : matrix
    let count = Double(rows * columns), quantized = Double(type.byteCount(of: values.shape))
    let run: () throws -> Void =
      switch operation {
      case .quantize:
        { _ = try CodeMatrix.quantize(values, as: type, QuantizationOptions(), execution) }
      case .requantize:
        {
          let floats = source.dequantized(as: Float.self, execution)
          _ = try CodeMatrix.quantize(floats, as: type, QuantizationOptions(), execution)
        }
      case .dequantize: { _ = matrix.dequantized(as: Float.self, execution) }
      case .transpose: { _ = matrix.transposed(execution) }
      case .gather: { _ = try matrix.gather(Array(0..<rows), as: Float.self, execution) }
      case .slice: { _ = try matrix.slice(rows: 0..<rows, columns: 1..<columns, on: execution) }
      default:
        {
          // Whole matrices join wherever blocks end; these end with a block.
          let isTall = matrix.grid.block.rows != Block.whole
          _ =
            try isTall ? matrix.joined(above: matrix) : matrix.joined(leftOf: matrix, on: execution)
        }
      }
    let bytes =
      switch operation {
      case .quantize, .dequantize, .gather: 4 * count + quantized
      case .requantize: Double(CoverageCell.requantized.byteCount(of: values.shape)) + quantized
      default: 2 * quantized
      }
    return (count, bytes, run)
  }
}
