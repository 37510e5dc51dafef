internal import AffineQuant

extension FusedPass {
  func linear(_ layer: DecoderLayer, _ x: PassRows) throws -> PassRows {
    do throws(QuantizationError) {
      switch layer {
      case .linear(let block, .output):
        try multiply(model.blocks[block].output, x, into: memory.branch, memory.widths.stream)
      case .linear(let block, .down):
        try multiply(model.blocks[block].down, x, into: memory.branch, memory.widths.stream)
      case .linear(let block, .up):
        try multiply(model.blocks[block].feedForward, x, into: memory.inner, memory.widths.inner)
        return PassRows(place: .inner, rows: 0..<x.rows.count)
      default:
        return try logits(model[layer], x)
      }
    } catch { throw DecoderError.quantization(linear: layer.name, error) }
    return PassRows(place: .branch, rows: 0..<x.rows.count)
  }

  func unembed(_ x: PassRows) throws -> PassRows {
    do throws(QuantizationError) {
      return try logits(Linear(weight: model.embedding), x)
    } catch { throw DecoderError.quantization(linear: DecoderLayer.embedding.name, error) }
  }

  func heads(_ block: Int, _ x: PassRows) throws -> Heads {
    do throws(QuantizationError) {
      try multiply(model.blocks[block].attention, x, into: memory.heads, memory.widths.heads)
    } catch { throw failure(block, .query, error) }
    return Heads()
  }

  func gate(
    _ block: Int, _ x: PassRows, _ function: DecoderConfiguration.Function
  ) throws -> PassRows {
    do throws(QuantizationError) {
      try multiply(model.blocks[block].feedForward, x, into: memory.inner, memory.widths.inner)
    } catch { throw failure(block, .gate, error) }
    return PassRows(place: .inner, rows: 0..<x.rows.count, change: .gate(function))
  }

  private func logits(
    _ linear: Linear, _ x: PassRows
  ) throws(QuantizationError) -> PassRows {
    let shape = Shape(x.rows.count, linear.weight.shape.rows)
    let values = BufferBuilder<Float>(count: shape.count)
    let logits =
      try multiplyMade(linear, x, into: values.memory, stride: shape.columns)
      ? Matrix(validated: shape, values.buffer) : linear(matrix(of: x), on: execution)
    return PassRows(place: .stream, rows: x.rows, logits: logits)
  }

  /// The outputs of all layers of a group, side by side.
  private func multiply(
    _ group: LinearGroup, _ x: PassRows, into memory: DisjointMemory<Float>, _ width: Int
  ) throws(QuantizationError) {
    try group.forEachProduct { (linear, column) throws(QuantizationError) in
      try multiply(linear, x, into: memory.part(column..<memory.count), width)
    }
  }

  private func multiply(
    _ linear: Linear, _ x: PassRows, into memory: DisjointMemory<Float>, _ stride: Int
  ) throws(QuantizationError) {
    guard try !multiplyMade(linear, x, into: memory, stride: stride) else { return }
    let output = try linear(matrix(of: x), on: execution), columns = output.shape.columns
    for row in 0..<output.shape.rows {
      memory.withRange(row * stride..<row * stride + columns) { $0.copy(output.row(row)) }
    }
  }

  /// Multiplies rows that are made inside of the product's region.
  ///
  /// - Returns: Whether there is such a product; where there is not, nothing has been done.
  private func multiplyMade(
    _ linear: Linear, _ x: PassRows, into memory: DisjointMemory<Float>, stride: Int
  ) throws(QuantizationError) -> Bool {
    guard case .quantized(let weight) = linear.weight, weight.inputs != nil,
      linear.inputFactors == nil, linear.change == nil, prepare(x)
    else { return false }
    let isMade = try weight.linear(
      maker.rows(x.rows.count, columns: weight.shape.columns), into: memory, stride: stride,
      end: ProductEnd(bias: linear.bias?.values), on: execution)
    if isMade, x.place == .stream { maker.pending = nil }
    return isMade
  }

  private func failure(
    _ block: Int, _ linear: DecoderConfiguration.BlockLinear, _ error: QuantizationError
  ) -> DecoderError {
    .quantization(linear: DecoderLayer.linear(block: block, linear).name, error)
  }
}
