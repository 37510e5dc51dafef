internal import AffineLayers
public import AffineQuant

extension QuantizableModel {
  /// Changes how the inputs of linear layers with quantized weights are quantized.
  ///
  /// - Parameters:
  ///   - type: Of the inputs; `nil`: they stay floats.
  ///   - execution: Threads and instruction sets, for which weights are packed.
  /// - Throws: ``ReplacementError``: types that cannot be multiplied.
  public mutating func quantizeInputs(
    as type: QuantizedType?, on execution: Execution = .standard
  ) throws(ReplacementError) {
    for name in linearNames {
      switch self[linear: name].weight {
      case .float: continue
      case .quantized(let packed), .fixed(let packed, _, _):
        try replace(name, packed.unpacked, type, execution)
      case .outliers(let weight): try replace(name, weight.quantized, type, execution)
      }
    }
  }

  /// Rounds the weight of every linear layer to a type, and multiplies outliers of the inputs as floats:
  /// LLM.int8() (arXiv 2208.07339).
  ///
  /// Which columns these are depends on all rows that run together.
  ///
  /// - Parameters:
  ///   - threshold: From which magnitude a value is an outlier.
  ///   - type: The type of the codes.
  ///   - source: Where the float weights of outliers come from.
  ///   - execution: Threads and instruction sets.
  /// - Throws: ``ReplacementError/outliers(name:_:)``.
  public mutating func separateOutliers(
    from threshold: Float = 6, as type: QuantizedType = Int8Weight.type,
    source: OutlierWeight.Source = .copy(.bfloat16), on execution: Execution = .standard
  ) throws(ReplacementError) {
    for name in linearNames {
      do {
        self[linear: name].weight = .outliers(
          try OutlierWeight(
            quantizing: self[linear: name].weight.values, as: type, source: source,
            threshold: threshold, on: execution))
      } catch { throw .outliers(name: name, error) }
    }
  }

  private mutating func replace(
    _ name: String, _ codes: AnyQuantized, _ inputs: QuantizedType?, _ execution: Execution
  ) throws(ReplacementError) {
    if let inputs {
      let operands = (OperandType.quantized(inputs), OperandType.quantized(codes.quantizedType))
      guard kernels(for: .linear, operands.0, operands.1) != nil else {
        throw .noProduct(inputs: inputs.name, weights: codes.quantizedType.name)
      }
    }
    self[linear: name].weight = .quantized(PackedWeight(codes, inputs: inputs, on: execution))
  }
}

/// Linear layers that cannot be quantized as asked.
public enum ReplacementError: Error, Hashable, CustomStringConvertible {
  /// Types whose product has scales that change along the sum.
  case noProduct(inputs: String, weights: String)
  /// A weight that cannot multiply outliers apart.
  case outliers(name: String, OutlierError)

  public var description: String {
    switch self {
    case .noProduct(let inputs, let weights):
      "there is no product of \(inputs) inputs and \(weights) weights"
    case .outliers(let name, let error): "the weight of '\(name)': \(error)"
    }
  }
}
