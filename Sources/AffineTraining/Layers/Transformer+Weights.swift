internal import AffineQuant

extension Transformer {
  /// Converts the weights of linear layers to the format of a recipe: to fine-tune a float32 model too.
  ///
  /// - Throws: ``TrainingError``: a weight that cannot be quantized.
  public mutating func keepWeights(as recipe: Recipe) throws(TrainingError) {
    for layer in linearLayers {
      var parameter = parameters[layer.weight]
      parameter.roundsStochastically = recipe.updatesStochastically
      let values = parameter.value.floats()
      switch recipe.weight {
      case .float32: parameter.value = .float32(values)
      case .bfloat16: parameter.value = .bfloat16(values.converted())
      case .codes(let plan):
        do throws(QuantizationError) {
          let noise = Noise(seed: 0, step: 0)
          parameter.value = .codes(
            try plan.quantize(values, contracting: .columns, noise, .standard))
        } catch {
          throw .quantization(tensor: parameter.name, error)
        }
      }
      parameters[layer.weight] = parameter
    }
  }
}

extension TransformerBlock {
  /// The layers that follow a recipe.
  var linearLayers: [LinearLayer] {
    [attention.query, attention.key, attention.value, attention.output]
      + [feedForward.up, feedForward.gate, feedForward.down].compactMap(\.self)
  }
}
