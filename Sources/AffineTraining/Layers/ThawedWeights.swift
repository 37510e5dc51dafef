internal import AffineLayers
internal import AffineQuant

/// The tensors of a model in memory of their own: as floats, or the weights of linear layers in a type.
struct ThawedWeights<Weights: DecoderWeights>: DecoderWeights {
  let weights: Weights
  let linears: QuantizedType?
  let execution: Execution

  var configuration: DecoderConfiguration { weights.configuration }

  func name(of tensor: DecoderTensor) -> String { weights.name(of: tensor) }

  func tensor(_ tensor: DecoderTensor) throws -> StoredMatrix? {
    guard let stored = try weights.tensor(tensor) else { return nil }
    defer { weights.forget(tensor) }
    var values = stored.floats(on: execution)
    if case .weight(.linear) = tensor {
      if let change = try weights.change(of: tensor.layer) {
        let changed = change.values(on: execution)
        guard changed.shape == values.shape else {
          throw DecoderError.wrongShape(
            "\(tensor.layer.name).lora", expected: values.shape, found: changed.shape)
        }
        Elementwise.accumulate(&values, changed, on: execution)
      }
      if let linears {
        do { return .codes(try AnyQuantized(quantizing: values, as: linears, on: execution)) } catch
        {
          throw TrainingError.quantization(tensor: name(of: tensor), error)
        }
      }
    }
    // Floats may lie in the file, whose pages are given back.
    guard case .float32 = stored else { return .float32(values) }
    return .float32(Matrix(validated: values.shape, Buffer(values.values.span)))
  }

  func forget(_ tensor: DecoderTensor) { weights.forget(tensor) }
}
