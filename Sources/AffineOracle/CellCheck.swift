package import AffineQuant

/// Checks one kernel of one cell of the coverage report against the oracle, on small ragged shapes.
package enum CellCheck {
  /// What a check found.
  package struct Outcome: Sendable, Hashable {
    /// Whether every value was within its derived bound, and equal to the portable kernel's where
    /// a family promises one result.
    package var passed: Bool
    /// The largest error, relative to the sum of the magnitudes of what was added up.
    package var maximumRelativeError: Double
    /// The largest error that was allowed, in the same unit: 0 where nothing may differ; `nil` of quantizing,
    /// where codes and parameters must be those of the formulas.
    package var bound: Double?
    /// Whether the kernels that ran are those of the plan.
    package var ranAsPlanned = true
    /// The kernels that ran.
    package var ran: Set<KernelRow> = []

    /// A check that could not be made is one that failed.
    package static let broken = Outcome(passed: false, maximumRelativeError: .infinity)
  }

  /// Odd extents, more than one group of 32, and a single row against several panels.
  private static let sizes: [(m: Int, n: Int, k: Int)] = [(5, 7, 70), (1, 35, 33)]
  /// More columns than one panel has, and rows enough for kernels that leave few to others.
  private static let panels: (m: Int, n: Int, k: Int) = (18, 34, 37)

  /// Runs a cell with one kernel.
  package static func run(_ cell: CoverageCell, _ row: KernelRow) throws -> Outcome {
    try run(cell, Execution(threads: 1, instructionSet: row.needs), panels)
  }

  /// Runs a product with a kernel from outside of the library that serves its cell: once at least with the kernel
  /// itself. Throws where it leaves more rows than a check has to others.
  package static func run(_ cell: CoverageCell, _ kernel: AddedKernel) throws -> Outcome {
    var execution = Execution(threads: 1, instructionSet: kernel.row.needs)
    execution.added = [kernel]
    let size = (max(panels.m, kernel.checkedRows), panels.n, panels.k)
    let outcome = try run(cell, execution, size)
    guard outcome.ran.contains(kernel.row) else { throw UncheckedKernel(kernel) }
    return outcome
  }

  private static func run(
    _ cell: CoverageCell, _ execution: Execution, _ panels: (m: Int, n: Int, k: Int)
  ) throws -> Outcome {
    var execution = execution
    execution.precision = cell.precision
    var outcome = Outcome(passed: true, maximumRelativeError: 0)
    for (index, size) in (sizes + (cell.operation.isProduct ? [panels] : [])).enumerated() {
      let seed = UInt64(index + 1)
      // A weight as it is made, then as it is kept for this CPU.
      let part =
        cell.operation.isProduct
        ? try product(cell, size, seed, packed: index > 0, execution)
        : try recordedSingle(cell, size, seed, execution)
      outcome.passed = outcome.passed && part.passed
      outcome.ranAsPlanned = outcome.ranAsPlanned && part.ranAsPlanned
      outcome.ran.formUnion(part.ran)
      outcome.maximumRelativeError = max(outcome.maximumRelativeError, part.maximumRelativeError)
      if let bound = part.bound { outcome.bound = max(outcome.bound ?? 0, bound) }
    }
    return outcome
  }

  private static func product(
    _ cell: CoverageCell, _ size: (m: Int, n: Int, k: Int), _ seed: UInt64, packed: Bool,
    _ execution: Execution
  ) throws -> Outcome {
    let (firstShape, secondShape) =
      switch cell.operation {
      case .linear: (Shape(size.m, size.k), Shape(size.n, size.k))
      case .inputGradient: (Shape(size.m, size.k), Shape(size.k, size.n))
      default: (Shape(size.k, size.m), Shape(size.k, size.n))
      }
    let first = try ErasedOperand(
      Samples.matrix(firstShape.rows, firstShape.columns, seed: seed), as: cell.activations)
    let second = try ErasedOperand(
      Samples.matrix(secondShape.rows, secondShape.columns, for: cell.weights, seed: seed + 7),
      as: .quantized(cell.weights))
    let isTiled = packed && cell.operation == .linear
    let weight = isTiled ? second.packed(for: cell.activations, execution) : second
    var recorded = execution
    let record = KernelRecord()
    recorded.record = record
    let call = ProductCall(cell.operation, first, weight, on: recorded)
    let planned = call.explanation()?.kernels
    let actual: Matrix<Float> = try call.result()
    let expected = Oracle.product(cell.operation, first, second)
    var outcome = compare(
      actual, expected.values, Oracle.magnitudes(cell.operation, first, second),
      Oracle.tolerance(depth: size.k, cell.precision))
    // Those ran that the plan names, and every kernel of a family gives the same bits, but for bfloat16.
    outcome.ran = Set(record.rows)
    outcome.ranAsPlanned = record.rows == planned
    outcome.passed = outcome.passed && outcome.ranAsPlanned
    guard cell.precision == .float32 else { return outcome }
    let portable = try ErasedOperand.product(
      cell.operation, first, second, on: Execution(threads: 1, instructionSet: .portable))
    outcome.passed = outcome.passed && actual == portable
    return outcome
  }

  private static func recordedSingle(
    _ cell: CoverageCell, _ size: (m: Int, n: Int, k: Int), _ seed: UInt64, _ execution: Execution
  ) throws -> Outcome {
    var recorded = execution
    let record = KernelRecord()
    recorded.record = record
    var outcome = try single(cell, size, seed, recorded)
    // Those above each other are copied without any kernel.
    let isCopied = cell.operation == .concatenate && joinsRows(cell.weights.block, size.m)
    let planned = isCopied ? [] : cell.plan(on: execution.instructionSet).kernels
    outcome.ranAsPlanned = record.rows == planned
    outcome.passed = outcome.passed && outcome.ranAsPlanned
    return outcome
  }

  private static func single(
    _ cell: CoverageCell, _ size: (m: Int, n: Int, k: Int), _ seed: UInt64, _ execution: Execution
  ) throws -> Outcome {
    let values = Samples.matrix(size.m, size.k, for: cell.weights, seed: seed)
    let matrix = Samples.codes(size.m, size.k, cell.weights, seed: seed)
    let numbers = Oracle.numbers(matrix)
    switch cell.operation {
    case .quantize: return try quantize(values, cell.weights, execution)
    case .requantize:
      let source = CoverageCell.requantized
      let codes = try CodeMatrix.quantize(values, as: source, QuantizationOptions(), .standard)
      return try quantize(codes.dequantized(execution), cell.weights, execution)
    case .dequantize:
      return compare(matrix.dequantized(execution), numbers, matrix)
    case .gather:
      let rows = [size.m - 1, 0, 0]
      let picked = rows.flatMap { row in (0..<size.k).map { numbers[row, $0] } }
      let actual: Matrix<Float> = try matrix.gather(rows, execution)
      return compare(actual, .init(rows: 3, columns: size.k, values: picked), matrix)
    case .transpose:
      let turned = Oracle.numbers(matrix.transposed(execution))
      return exact(turned, columns: size.m) { numbers[$1, $0] }
    case .slice:
      let part = try matrix.slice(rows: size.m / 2..<size.m, columns: 3..<size.k - 1, on: execution)
      return exact(Oracle.numbers(part), columns: size.k - 4) { numbers[$0 + size.m / 2, $1 + 3] }
    case .concatenate: return try concatenate(matrix, numbers, execution)
    case .linear, .inputGradient, .weightGradient:
      preconditionFailure("\(cell.operation) is a product")
    }
  }

  /// Whether blocks end between rows of a matrix.
  private static func joinsRows(_ block: Block, _ rows: Int) -> Bool {
    block.rows != Block.whole && block.rows < rows
  }

  /// Cuts a matrix where its blocks end and joins the halves again.
  private static func concatenate(
    _ matrix: CodeMatrix, _ numbers: Oracle.Numbers, _ execution: Execution
  ) throws -> Outcome {
    let (shape, block) = (matrix.shape, matrix.grid.block)
    if joinsRows(block, shape.rows) {
      let (top, bottom) = (
        try matrix.slice(rows: 0..<block.rows, columns: 0..<shape.columns, on: execution),
        try matrix.slice(rows: block.rows..<shape.rows, columns: 0..<shape.columns, on: execution)
      )
      return exact(Oracle.numbers(try top.joined(above: bottom)), columns: shape.columns) {
        numbers[$0, $1]
      }
    }
    // Where a block ends, or in the middle of the only one, whose halves make it again.
    let isWide = block.columns >= shape.columns
    let seam = isWide ? shape.columns / 2 : block.columns
    let left = try matrix.slice(rows: 0..<shape.rows, columns: 0..<seam, on: execution)
    let right = try matrix.slice(rows: 0..<shape.rows, columns: seam..<shape.columns, on: execution)
    return exact(
      Oracle.numbers(try left.joined(leftOf: right, on: execution)), columns: shape.columns
    ) {
      numbers[$0, $1]
    }
  }
}
