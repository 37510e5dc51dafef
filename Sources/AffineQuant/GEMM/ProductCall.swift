/// A product of two operands whose types are values: what every function of products calls.
package struct ProductCall {
  let operation: Operation
  let lhs, rhs: ErasedOperand
  var end = ProductEnd.none
  let execution: Execution

  /// - Precondition: The operation is a product, and legal for these types.
  package init(
    _ operation: Operation, _ lhs: ErasedOperand, _ rhs: ErasedOperand,
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
  /// - Throws: ``ShapeError``: contracted extents that differ, a bias of another length.
  package func result<Element: FloatElement>(
    as _: Element.Type = Element.self
  ) throws(ShapeError) -> Matrix<Element> {
    let shape = shape
    switch Element.self {
    case is Float.Type:
      let values = BufferBuilder<Float>(count: shape.count)
      try write(to: .float32(values.memory))
      return Matrix<Float>(validated: shape, values.buffer).converted()
    case is Float16.Type:
      let values = BufferBuilder<Float16>(count: shape.count)
      try write(to: .float16(values.memory))
      return Matrix<Float16>(validated: shape, values.buffer).converted()
    case is BFloat16.Type:
      let values = BufferBuilder<BFloat16>(count: shape.count)
      try write(to: .bfloat16(values.memory))
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
    var failure: ShapeError?
    result.values.change { memory in
      do throws(ShapeError) {
        switch memory {
        case let floats as DisjointMemory<Float>: try write(to: .float32(floats))
        case let halves as DisjointMemory<Float16>: try write(to: .float16(halves))
        case let halves as DisjointMemory<BFloat16>: try write(to: .bfloat16(halves))
        default:
          let values: Matrix<Element> = try self.result()
          memory.withRange(0..<shape.count) { $0.copy(values.values.span) }
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private func write(to target: ProductResult.Target) throws(ShapeError) {
    let depths = depths
    guard depths.lhs == depths.rhs else {
      throw .mismatchedDepth(lhs: depths.lhs, rhs: depths.rhs)
    }
    try end.check(columns: shape.columns)
    run(finishes: !target.isFloat || !end.isNone) { block, threads, workspace, finish in
      ProductResult(target, shape, end, block: block, threads: threads, workspace, finish)
    }
  }
}

extension ErasedOperand {
  /// The product that ``kernels(for:_:_:)`` allows, not yet rounded to the element type.
  package static func product(
    _ operation: Operation, _ first: ErasedOperand, _ second: ErasedOperand,
    on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    precondition(
      kernels(for: operation, first.type, second.type) != nil,
      "no \(operation.rawValue) of \(first.type.name) and \(second.type.name)")
    return try ProductCall(operation, first, second, on: execution).result()
  }
}
