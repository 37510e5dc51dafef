internal import AffineLayers
public import AffineQuant

extension TextEmbedder {
  /// Quantizes the linear layers of the model by a method that sees their inputs on ``sampleSequences``
  /// and on a text, if there is one; ``ScaledGPTQ`` sees ``sampleSequences(tokens:)``, and of each block
  /// what the quantized blocks before it write.
  ///
  /// Factors go into norms alone, so that nothing is computed for them.
  ///
  /// - Parameters:
  ///   - type: The type of the weights.
  ///   - inputs: What inputs are quantized to on every call; `nil`: they stay floats.
  ///   - method: How codes are chosen.
  ///   - text: A text like those to be embedded, on any number of lines.
  ///   - execution: Threads and instruction sets.
  /// - Throws: ``CalibrationError``: types that cannot be multiplied, weights that are not finite.
  public mutating func quantize(
    as type: QuantizedType, inputs: QuantizedType? = nil, by method: any QuantizationMethod,
    calibratedOn text: String = "", on execution: Execution = .standard
  ) throws {
    var plan = QuantizationPlan(type, inputs: inputs)
    plan.scalesInputs = false
    model.makeLinearsFloat(on: execution)
    var calibration = CalibrationSettings()
    if method is ScaledGPTQ {
      calibration.sequences = sampleSequences(tokens: Self.sampleTokens)
      calibration.parts = model.configuration.encoder.blocks.count
    } else if method.needsInputs {
      calibration.sequences = sampleSequences
    }
    if method.needsInputs {
      calibration.sequences += sequences(from: text, tokens: Self.sampleTokens)
    }
    model = try model.quantized(plan, by: method, calibration: calibration, on: execution).model
  }
}

extension SmoothQuant {
  /// With more of the difficulty in the weights than the paper's half: the norms of an encoder's
  /// sums have outliers that its weights have not.
  public var forEncoders: SmoothQuant {
    var method = self
    method.alpha = 0.6
    return method
  }
}

extension ScaledGPTQ {
  /// With factors for inputs that are quantized on every call.
  public static var forQuantizedInputs: ScaledGPTQ {
    ScaledGPTQ(factors: .smooth(alpha: 0.55))
  }
}
