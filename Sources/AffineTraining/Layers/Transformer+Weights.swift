internal import AffineLayers
public import AffineQuant

extension Transformer {
  /// Converts the weights of linear layers to the format of a recipe: to fine-tune a float32 model too.
  ///
  /// - Parameter recipe: Says in what format weights are kept.
  /// - Throws: ``TrainingError``: a weight that cannot be quantized.
  public mutating func keepWeights(as recipe: Recipe) throws(TrainingError) {
    let noise = Noise(seed: 0, step: 0)
    for layer in linearLayers {
      parameters[layer.weight].roundsStochastically = recipe.updatesStochastically
      if parameters[layer.weight].isElsewhere { continue }
      switch recipe.weight {
      case .float32: parameters[layer.weight].value = .float32(floats(layer))
      case .bfloat16: parameters[layer.weight].value = .bfloat16(floats(layer).converted())
      case .codes(let plan):
        try quantize(layer) { values throws(QuantizationError) in
          try plan.quantize(values, contracting: .columns, noise, .standard)
        }
      }
    }
  }

  /// Converts the weights of linear layers to a quantized type: a base for adapters, as QLoRA's
  /// `uint4-group64-nf4` (arXiv 2305.14314).
  ///
  /// - Throws: ``TrainingError``: a weight that cannot be quantized.
  public mutating func keepWeights(as type: QuantizedType) throws(TrainingError) {
    for layer in linearLayers {
      try quantize(layer) { values throws(QuantizationError) in
        try AnyQuantized(quantizing: values, as: type)
      }
    }
  }

  /// Replaces the weights of linear layers by the codes that a recipe multiplies forward, for good: the
  /// losses of the model under the recipe stay the same, bit for bit.
  ///
  /// Where the recipe multiplies weights in float, they stay as they are.
  ///
  /// - Throws: ``TrainingError``: a weight that cannot be quantized; a recipe that turns weights before it
  ///   quantizes them.
  public mutating func convertWeights(for recipe: Recipe) throws(TrainingError) {
    guard case .codes(let plan) = recipe.forward.right else { return }
    guard !recipe.rotates, plan.scale != .learned else {
      throw .model(
        "\(recipe.name) turns weights and trains steps: its codes stand for no weight alone")
    }
    let noise = Noise(seed: 0, step: 0)
    for layer in linearLayers {
      try quantize(layer) { values throws(QuantizationError) in
        try plan.quantize(values, contracting: .columns, noise, .standard)
      }
    }
  }

  private func floats(_ layer: TrainedLinear) -> Matrix<Float> {
    parameters[layer.weight].value.floats()
  }

  private mutating func quantize(
    _ layer: TrainedLinear,
    _ body: (Matrix<Float>) throws(QuantizationError) -> AnyQuantized
  ) throws(TrainingError) {
    if parameters[layer.weight].isElsewhere { return }
    do throws(QuantizationError) {
      parameters[layer.weight].value = .codes(try body(floats(layer)))
    } catch {
      throw .quantization(tensor: parameters[layer.weight].name, error)
    }
  }
}
