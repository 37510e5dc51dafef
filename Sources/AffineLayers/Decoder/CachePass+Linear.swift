internal import AffineQuant

extension CachePass {
  func linear(_ layer: DecoderLayer, _ x: Matrix<Float>) throws -> Matrix<Float> {
    try multiply([layer], x) { () throws(QuantizationError) in
      try model[layer](x, on: execution)
    }
  }

  func unembed(_ x: Matrix<Float>) throws -> Matrix<Float> {
    do throws(QuantizationError) {
      return try model.embedding.product(x, execution)
    } catch { throw DecoderError.quantization(linear: DecoderLayer.embedding.name, error) }
  }

  func heads(_ block: Int, _ x: Matrix<Float>) throws -> Heads {
    let layers = [.query, .key, .value].map { DecoderLayer.linear(block: block, $0) }
    let joined = try multiply(layers, x) { () throws(QuantizationError) in
      try model.blocks[block].attention(x, on: execution)
    }
    return Heads(joined: joined, turned: joined)
  }

  func gate(
    _ block: Int, _ x: Matrix<Float>, _ function: DecoderConfiguration.Function
  ) throws -> Matrix<Float> {
    let layers = [.gate, .up].map { DecoderLayer.linear(block: block, $0) }
    let both = try multiply(layers, x) { () throws(QuantizationError) in
      try model.blocks[block].feedForward(x, on: execution)
    }
    return switch function {
    case .silu: Elementwise.swiglu(gateAndUp: both, on: execution)
    case .tanhGelu: Elementwise.geglu(gateAndUp: both, on: execution)
    case .gelu: preconditionFailure("no gate opens by this function")
    }
  }

  /// Shows the input of layers, and names the first of them in an error.
  private func multiply(
    _ layers: [DecoderLayer], _ input: Matrix<Float>,
    _ body: () throws(QuantizationError) -> Matrix<Float>
  ) throws -> Matrix<Float> {
    if let observe {
      for layer in layers { try observe(layer.name, input) }
    }
    do throws(QuantizationError) { return try body() } catch {
      throw DecoderError.quantization(linear: layers[0].name, error)
    }
  }
}
