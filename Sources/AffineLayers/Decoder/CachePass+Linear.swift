internal import AffineQuant

extension CachePass {
  func linear(_ layer: DecoderLayer, _ x: Matrix<Float>) throws -> Matrix<Float> {
    guard let part = model.part else { return try ownLinear(layer, x) }
    let own = try ownLinear(layer, part.gathered(inputOf: layer, x))
    // What a function follows that takes values one by one is gathered after it.
    if case .linear(_, .up) = layer { return own }
    return try part.gathered(outputsOf: layer, own)
  }

  /// The outputs that are computed here.
  private func ownLinear(
    _ layer: DecoderLayer, _ x: Matrix<Float>
  ) throws -> Matrix<Float> {
    try observe?(layer.name, x)
    do throws(QuantizationError) {
      return switch layer {
      case .linear(let block, .output): try model.blocks[block].output(x, on: execution)
      case .linear(let block, .down): try model.blocks[block].down(x, on: execution)
      // Without a gate it is all of its group.
      case .linear(let block, .up): try model.blocks[block].feedForward(x, on: execution)
      default: try model[layer](x, on: execution)
      }
    } catch { throw DecoderError.quantization(linear: layer.name, error) }
  }

  func unembed(_ x: Matrix<Float>) throws -> Matrix<Float> {
    let own: Matrix<Float>
    do throws(QuantizationError) {
      own = try model.embedding.product(x, execution)
    } catch { throw DecoderError.quantization(linear: DecoderLayer.embedding.name, error) }
    return try model.part?.gathered(outputsOf: .embedding, own) ?? own
  }

  func heads(_ block: Int, _ x: Matrix<Float>) throws -> Heads {
    if observe != nil { try show(x, block, [.query, .key, .value]) }
    do throws(QuantizationError) {
      let joined = try model.blocks[block].attention(x, on: execution)
      return Heads(joined: joined, turned: joined)
    } catch { throw failure(block, .query, error) }
  }

  func gate(
    _ block: Int, _ x: Matrix<Float>, _ function: DecoderConfiguration.Function
  ) throws -> Matrix<Float> {
    if observe != nil { try show(x, block, [.gate, .up]) }
    let both: Matrix<Float>
    do throws(QuantizationError) {
      both = try model.blocks[block].feedForward(x, on: execution)
    } catch { throw failure(block, .gate, error) }
    return switch function {
    case .silu: Elementwise.swiglu(gateAndUp: both, on: execution)
    case .tanhGelu: Elementwise.geglu(gateAndUp: both, on: execution)
    case .gelu: preconditionFailure("no gate opens by this function")
    }
  }

  private func show(
    _ input: Matrix<Float>, _ block: Int, _ linears: [DecoderConfiguration.BlockLinear]
  ) throws {
    for linear in linears { try observe?(DecoderLayer.linear(block: block, linear).name, input) }
  }

  private func failure(
    _ block: Int, _ linear: DecoderConfiguration.BlockLinear, _ error: QuantizationError
  ) -> DecoderError {
    .quantization(linear: DecoderLayer.linear(block: block, linear).name, error)
  }
}
