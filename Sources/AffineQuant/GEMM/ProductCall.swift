/// A product of two operands whose types are values: what every function of products calls.
package struct ProductCall {
  let operation: Operation
  let lhs, rhs: ErasedOperand
  var end = ProductEnd.none
  let execution: Execution

  /// - Precondition: The operation is a product, and legal for these types.
  package init(
    _ operation: Operation, _ lhs: ErasedOperand, _ rhs: ErasedOperand,
    on execution: Execution = .standard
  ) {
    self.operation = operation
    self.lhs = lhs
    self.rhs = rhs
    self.execution = execution
  }

  /// The axis of the left operand that the result keeps, and that of the right one.
  private var axes: (lhs: FreeAxis, rhs: FreeAxis) {
    switch operation {
    case .linear: (.rows, .rows)
    case .inputGradient: (.rows, .columns)
    default: (.columns, .columns)
    }
  }

  /// Rows and columns of the result.
  var shape: Shape {
    let (lhs, rhs) = (lhs.shape, rhs.shape)
    return Shape(
      axes.lhs == .rows ? lhs.rows : lhs.columns, axes.rhs == .rows ? rhs.rows : rhs.columns)
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
    let (lhsAxis, rhsAxis) = axes
    if let bias = end.bias, bias.count != shape.columns {
      throw .mismatchedExtent(axis: "columns", lhs: shape.columns, rhs: bias.count)
    }
    switch (lhs, rhs) {
    case (.quantized(let lhs), .quantized(let rhs)):
      try Product.quantized(
        CodeOperand(lhs, lhsAxis), CodeOperand(rhs, rhsAxis), end, into: target, execution)
    case (.float, .quantized(let rhs)) where operation == .linear:
      try Product.weightOnly(lhs.source(execution), rhs, end, into: target, execution)
    default:
      try Product.float(
        FloatOperand(source: lhs.source(execution), axis: lhsAxis),
        FloatOperand(source: rhs.source(execution), axis: rhsAxis), end, into: target, execution)
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

extension Product {
  /// The product of float rows, quantized by the rule of their type, and a matrix of codes.
  package static func quantizing(
    _ lhs: Matrix<Float>, as type: QuantizedType, _ rhs: CodeMatrix,
    end: ProductEnd = .none, on execution: Execution
  ) throws(QuantizationError) -> Matrix<Float> {
    let shape = Shape(lhs.shape.rows, rhs.shape.rows)
    let values = BufferBuilder<Float>(count: shape.count)
    try quantizing(lhs, as: type, rhs, end, into: .float32(values.memory), execution)
    return Matrix(validated: shape, values.buffer)
  }
}
