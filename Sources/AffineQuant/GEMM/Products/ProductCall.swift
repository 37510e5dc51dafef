/// A product of two operands whose types are values: what every function of products calls.
package struct ProductCall {
  let operation: MatrixOperation
  let lhs, rhs: ErasedOperand
  var end = ProductEnd.none
  let execution: Execution

  /// - Precondition: The operation is a product, and legal for these types.
  package init(
    _ operation: MatrixOperation, _ lhs: ErasedOperand, _ rhs: ErasedOperand,
    end: ProductEnd = .none, on execution: Execution = .standard
  ) {
    self.operation = operation
    self.lhs = lhs
    self.rhs = rhs
    self.end = end
    self.execution = execution
  }

  /// Rows and columns of the result.
  var shape: Shape {
    let (lhs, rhs, axes) = (lhs.shape, rhs.shape, operation.axes)
    return Shape(
      axes.lhs == .rows ? lhs.rows : lhs.columns, axes.rhs == .rows ? rhs.rows : rhs.columns)
  }

  /// The extent that is summed over, of either side.
  var depths: (lhs: Int, rhs: Int) {
    let (lhs, rhs, axes) = (lhs.shape, rhs.shape, operation.axes)
    return (
      axes.lhs == .rows ? lhs.columns : lhs.rows, axes.rhs == .rows ? rhs.columns : rhs.rows
    )
  }

  /// The product in a new matrix.
  ///
  /// - Throws: ``ShapeError``: contracted extents that differ, a bias of another length, a result that no
  ///   memory holds.
  package func result<Element: FloatElement>(
    as _: Element.Type = Element.self
  ) throws(ShapeError) -> Matrix<Element> {
    try check()
    let shape = shape
    switch Element.self {
    case is Float.Type:
      let values = BufferBuilder<Float>(count: shape.count)
      write(to: .float32(values.memory))
      return Matrix<Float>(validated: shape, values.buffer).converted()
    case is Float16.Type:
      let values = BufferBuilder<Float16>(count: shape.count)
      write(to: .float16(values.memory))
      return Matrix<Float16>(validated: shape, values.buffer).converted()
    case is BFloat16.Type:
      let values = BufferBuilder<BFloat16>(count: shape.count)
      write(to: .bfloat16(values.memory))
      return Matrix<BFloat16>(validated: shape, values.buffer).converted()
    default:
      // A type from outside of the library: rounded from floats.
      return try result(as: Float.self).converted()
    }
  }

  /// The product in the memory of a matrix that is there already.
  ///
  /// - Throws: ``ShapeError``, as above, or a result of another shape.
  package func write<Element: FloatElement>(into result: inout Matrix<Element>) throws(ShapeError) {
    let shape = shape
    guard result.shape == shape else {
      throw .mismatchedResult(expected: shape, found: result.shape)
    }
    try check()
    let isForeign = result.values.change { memory in
      switch memory {
      case let floats as DisjointMemory<Float>: write(to: .float32(floats))
      case let halves as DisjointMemory<Float16>: write(to: .float16(halves))
      case let halves as DisjointMemory<BFloat16>: write(to: .bfloat16(halves))
      default: return true
      }
      return false
    }
    if isForeign { result = try self.result() }
  }

  func check() throws(ShapeError) { try Self.check(depths, shape, end) }

  /// What must hold before anything is allocated.
  static func check(
    _ depths: (lhs: Int, rhs: Int), _ shape: Shape, _ end: ProductEnd
  ) throws(ShapeError) {
    guard depths.lhs == depths.rhs else {
      throw .mismatchedDepth(lhs: depths.lhs, rhs: depths.rhs)
    }
    try end.check(columns: shape.columns)
    try shape.validate()
    // Factors without columns have rows that take no memory; those of the result do.
    guard shape.count <= 1 << 48 else { throw .invalid(rows: shape.rows, columns: shape.columns) }
  }

  private func write(to target: ProductResult.Target) {
    run(finishes: !target.isFloat || !end.isNone) { block, threads, workspace, finish in
      ProductResult(target, shape, end, block: block, threads: threads, workspace, finish)
    }
  }
}

extension ErasedOperand {
  /// The product that ``kernels(for:_:_:)`` allows, not yet rounded to the element type.
  package static func product(
    _ operation: MatrixOperation, _ first: ErasedOperand, _ second: ErasedOperand,
    on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    precondition(
      isLegal(operation, first.type, second.type),
      "no \(operation.rawValue) of \(first.type.name) and \(second.type.name)")
    return try ProductCall(operation, first, second, on: execution).result()
  }
}
