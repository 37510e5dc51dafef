extension AddedKernel {
  /// Runs the kernel on products of the catalog's types that it serves, on ragged shapes, and compares the
  /// results with those of the portable kernel of its family, which the tests of the library compare with
  /// sums in `Double`; `CoverageReport` of AffineBench compares the kernel with these itself.
  ///
  /// - Returns: The products whose bits differ, by name, or why none ran the kernel; none: the kernel is right.
  /// - Complexity: Some seconds.
  public func mismatches() -> [String] {
    let portable = Execution(threads: 1, instructionSet: .portable)
    var mine = Execution(threads: 1, instructionSet: row.needs)
    mine.added = [self]
    var hasRun = false
    let found = CoverageCell.all.flatMap { cell -> [String] in
      guard cell.plan(on: .portable).kernel.family == family else { return [] }
      return (Self.shapes + [Shape(checkedRows, 34)]).compactMap { shape in
        guard let (first, second) = try? Self.operands(cell, shape) else { return nil }
        let call = ProductCall(cell.operation, first, second, on: mine)
        guard call.explanation()?.kernel == row else { return nil }
        hasRun = true
        let expected = ProductCall(cell.operation, first, second, on: portable)
        let isEqual = (try? call.result(as: Float.self)) == (try? expected.result(as: Float.self))
        return isEqual
          ? nil
          : "\(cell.operation.rawValue) \(cell.activations.name) \(cell.weights.name) \(shape)"
      }
    }
    return hasRun ? found : ["\(UncheckedKernel(self))"]
  }

  /// Multiplications and additions a second of `X · Wᵀ`, on one thread, with packing and all; the best of
  /// five calls.
  ///
  /// - Parameters:
  ///   - rows: Rows of `X` and of the result.
  ///   - columns: Rows of `W`, columns of the result.
  ///   - depth: Columns of `X` and of `W`.
  /// - Returns: 0 where the CPU cannot run the kernel.
  public func operationsPerSecond(rows: Int, columns: Int, depth: Int) -> Double {
    var execution = Execution(threads: 1)
    execution.added = [self]
    let (input, weight) = family.types
    let values = { (rows: Int, seed: Int) in
      Matrix<Float>(rows: rows, columns: depth) { Float(($0 * 37 + $1 * 11 + seed) % 256) - 127.5 }
    }
    guard row.canRun(), let lhs = try? ErasedOperand(values(rows, 1), as: input),
      let rhs = try? ErasedOperand(values(columns, 2), as: weight)
    else { return 0 }
    let packed = rhs.packed(for: input, execution)
    let call = ProductCall(.linear, lhs, packed, on: execution)
    let clock = ContinuousClock()
    let best = (0..<5).map { _ in clock.measure { _ = try? call.result(as: Float.self) } }.min()
    let operations = 2 * Double(rows) * Double(columns) * Double(depth)
    return best.map { operations / ($0 / .seconds(1)) } ?? 0
  }

  /// Odd extents, and a single row.
  private static let shapes = [Shape(5, 7), Shape(1, 3)]
  /// Of a check: no kernel is worth having that leaves as many to others.
  private static let mostRows = 4096

  /// Rows of a check that fill more than a panel, and run the kernel itself though it leave few to others.
  package var checkedRows: Int { max(18, min(tile.minimumRows, Self.mostRows)) }

  private static func operands(
    _ cell: CoverageCell, _ result: Shape
  ) throws(QuantizationError) -> (ErasedOperand, ErasedOperand) {
    let depth = 37, axes = cell.operation.axes
    let first = axes.lhs == .rows ? Shape(result.rows, depth) : Shape(depth, result.rows)
    let second = axes.rhs == .rows ? Shape(result.columns, depth) : Shape(depth, result.columns)
    return (
      try ErasedOperand(values(first, 1), as: cell.activations),
      try ErasedOperand(values(second, 2), as: .quantized(cell.weights))
    )
  }

  private static func values(_ shape: Shape, _ seed: UInt64) -> Matrix<Float> {
    Matrix(rows: shape.rows, columns: shape.columns) { row, column in
      Float(SplitMix.word(seed, row * shape.columns + column) >> 40) * 0x1p-24
    }
  }
}

/// A kernel that ran in no check of its own.
package struct UncheckedKernel: Error, CustomStringConvertible {
  private let kernel: AddedKernel

  package init(_ kernel: AddedKernel) { self.kernel = kernel }

  package var description: String {
    let (row, least) = (kernel.row, kernel.tile.minimumRows)
    guard row.canRun() else { return "\(row.name) cannot run on this CPU" }
    return least > kernel.checkedRows
      ? "\(row.name) leaves fewer than \(least) rows to others, and checks have \(kernel.checkedRows)"
      : "\(row.name) serves no product of the catalog"
  }
}

extension AddedKernel.Family {
  /// The operands whose products its kernels serve, of those that people use most.
  fileprivate var types: (input: OperandType, weight: OperandType) {
    switch self {
    case .bytes: (.quantized(Int8Activations.type), .quantized(Int8Weight.type))
    case .nibbles: (.quantized(Int8Activations.type), .quantized(Int4Weight.type))
    case .weightBytes: (.float(.float32), .quantized(Int8Weight.type))
    case .weightNibbles: (.float(.float32), .quantized(Int4Weight.type))
    case .tableBytes: (.float(.float32), .quantized(Self.floats(.float8e4m3)))
    case .tableNibbles: (.float(.float32), .quantized(Self.floats(.float4e2m1)))
    case .floats: (.float(.float32), .float(.float32))
    }
  }
  private static func floats(_ format: SmallFloat) -> QuantizedType {
    QuantizedType(
      unchecked: .float(format), Block(rows: 1, columns: Block.whole),
      MappingFormat(kind: .symmetric, scale: .float32))
  }
}
