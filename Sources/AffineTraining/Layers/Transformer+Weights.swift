internal import AffineLayers
public import AffineQuant

extension Transformer {
  /// Converts the weights of linear layers to the format of a recipe: to fine-tune a float32 model too.
  ///
  /// - Parameters:
  ///   - recipe: Says in what format weights are kept.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``TrainingError``: a weight that cannot be quantized.
  public mutating func keepWeights(
    as recipe: Recipe, on execution: Execution = .standard
  ) throws(TrainingError) {
    let noise = Noise(seed: 0, step: 0)
    for layer in linearLayers {
      parameters[layer.weight].roundsStochastically = recipe.updatesStochastically
      if parameters[layer.weight].isElsewhere { continue }
      switch recipe.weight {
      case .float32: parameters[layer.weight].value = .float32(floats(layer, execution))
      case .bfloat16:
        parameters[layer.weight].value = .bfloat16(
          floats(layer, execution).converted(on: execution))
      case .codes(let plan):
        try quantize(layer, execution) { values throws(QuantizationError) in
          try plan.quantize(values, contracting: .columns, noise, execution)
        }
      }
    }
  }

  /// Converts the weights of linear layers to a quantized type: a base for adapters, as QLoRA's
  /// `uint4-group64-nf4` (arXiv 2305.14314).
  ///
  /// - Parameters:
  ///   - type: Of the codes.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``TrainingError``: a weight that cannot be quantized.
  public mutating func keepWeights(
    as type: QuantizedType, on execution: Execution = .standard
  ) throws(TrainingError) {
    for layer in linearLayers {
      try quantize(layer, execution) { values throws(QuantizationError) in
        try AnyQuantized(quantizing: values, as: type, on: execution)
      }
    }
  }

  /// Replaces the weights of linear layers by the codes that a recipe multiplies forward, for good: the
  /// losses of the model under the recipe stay the same, bit for bit.
  ///
  /// Where the recipe multiplies weights in float, they stay as they are.
  ///
  /// - Parameters:
  ///   - recipe: Says what weights become in the forward product.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``TrainingError``: a weight that cannot be quantized; a recipe that turns weights before it
  ///   quantizes them.
  public mutating func convertWeights(
    for recipe: Recipe, on execution: Execution = .standard
  ) throws(TrainingError) {
    guard case .codes(let plan) = recipe.forward.right else { return }
    guard !recipe.rotates, plan.scale != .learned else {
      throw .model(
        "\(recipe.name) turns weights and trains steps: its codes stand for no weight alone")
    }
    let noise = Noise(seed: 0, step: 0)
    for layer in linearLayers {
      try quantize(layer, execution) { values throws(QuantizationError) in
        try plan.quantize(values, contracting: .columns, noise, execution)
      }
    }
  }

  private func floats(_ layer: TrainedLinear, _ execution: Execution) -> Matrix<Float> {
    parameters[layer.weight].value.floats(on: execution)
  }

  private mutating func quantize(
    _ layer: TrainedLinear, _ execution: Execution,
    _ body: (Matrix<Float>) throws(QuantizationError) -> AnyQuantized
  ) throws(TrainingError) {
    if parameters[layer.weight].isElsewhere { return }
    do throws(QuantizationError) {
      parameters[layer.weight].value = .codes(try body(floats(layer, execution)))
    } catch {
      throw .quantization(tensor: parameters[layer.weight].name, error)
    }
  }
}
