import AffineQuant

extension Benchmark {
  /// The operands of a product as they are multiplied.
  private var operands: (first: OperandType, second: OperandType) {
    switch operation {
    case .inputGradient where activations.isQuantized: (activations, weights.alongColumns)
    case .weightGradient where activations.isQuantized && weights.isQuantized:
      (activations.alongColumns, weights.alongColumns)
    default: (activations, weights)
    }
  }

  /// Whether the product is of floats, or of codes that meet floats: what a precision is of.
  package var multipliesFloats: Bool {
    guard operation.isProduct else { return false }
    let (first, second) = operands
    let plan = AffineQuant.plan(for: operation, first, second, on: execution)
    return plan?.precision != nil
  }

  /// How sums of a linear product become floats; `nil` where they do once, or are floats.
  var folds: SliceFolds? {
    guard case .quantized(let left) = activations, case .quantized(let right) = weights else {
      return nil
    }
    return SliceFolds(left, right, depth: k)
  }

  func linearWork() throws -> BenchmarkWork {
    let row = try kernel(.linear, activations, weights)
    let values = matrix(n, k, 2, for: weights), x = matrix(m, k, 1)
    guard case .quantized(let type) = weights, case .quantized(let inputs) = activations else {
      let weight = try ErasedOperand(values, as: weights, on: execution)
      return try product(.linear, row, x, weight.packed(for: activations, execution))
    }
    let weight = try AnyQuantized(quantizing: values, as: type, on: execution)
    let packed = PackedWeight(weight, inputs: inputs, on: execution), on = execution
    let bytes =
      Self.byteCount(.float(.float32), x.shape) + Self.byteCount(weights, Shape(n, k))
      + 4 * Double(m) * Double(n) + Double(folds?.sumBytes ?? 0) * Double(n)
    return BenchmarkWork(amount: products, bytes: bytes, kernel: row) {
      _ = try packed.linear(x, on: on)
    }
  }

  func inputGradientWork() throws -> BenchmarkWork {
    let type = operands.second
    let row = try kernel(.inputGradient, activations, type)
    let weight = try ErasedOperand(matrix(n, k, 2, for: type), as: type, on: execution)
    return try product(.inputGradient, row, matrix(m, n, 1), weight)
  }

  /// A product with a weight that was prepared before; activations are quantized in time.
  private func product(
    _ operation: MatrixOperation, _ row: KernelRow, _ values: Matrix<Float>,
    _ weight: ErasedOperand
  ) throws -> BenchmarkWork {
    let left = try operand(values, as: activations), on = execution
    let bytes =
      Self.byteCount(given(activations), values.shape) + Self.byteCount(weight.type, Shape(n, k))
      + 4 * Double(m) * Double(operation == .linear ? n : k)
    return BenchmarkWork(amount: products, bytes: bytes, kernel: row) {
      _ = try ErasedOperand.product(operation, try left(), weight, on: on)
    }
  }

  func weightGradientWork() throws -> BenchmarkWork {
    let (first, second) = operands
    let row = try kernel(.weightGradient, first, second)
    let left = try operand(matrix(m, n, 1, for: first), as: first)
    let right = try operand(matrix(m, k, 2, for: second), as: second), on = execution
    let bytes =
      Self.byteCount(given(first), Shape(m, n)) + Self.byteCount(given(second), Shape(m, k))
      + 4 * Double(n) * Double(k)
    return BenchmarkWork(amount: products, bytes: bytes, kernel: row) {
      _ = try ErasedOperand.product(.weightGradient, try left(), try right(), on: on)
    }
  }

  /// Makes an operand each time it is called: quantizes, or hands out values that were rounded once.
  private func operand(
    _ values: Matrix<Float>, as type: OperandType
  ) throws -> () throws -> ErasedOperand {
    let on = execution
    guard type.isQuantized else {
      let rounded = try ErasedOperand(values, as: type, on: on)
      return { rounded }
    }
    return { try ErasedOperand(values, as: type, on: on) }
  }

  /// What a caller has before the time is taken: the floats that are quantized, or floats as they are.
  private func given(_ type: OperandType) -> OperandType {
    type.isQuantized ? .float(.float32) : type
  }
}

extension OperandType {
  fileprivate var isQuantized: Bool { if case .quantized = self { true } else { false } }

  /// The type with one scale a column, where this one has one a row.
  fileprivate var alongColumns: OperandType {
    guard case .quantized(let type) = self, type.block == Block(rows: 1, columns: Block.whole),
      let turned = try? QuantizedType(type.storage, type.block.transposed, type.mapping)
    else { return self }
    return .quantized(turned)
  }
}
