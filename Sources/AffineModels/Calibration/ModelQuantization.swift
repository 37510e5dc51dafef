internal import AffineLayers
internal import AffineQuant

/// A model on its way to be quantized.
struct ModelQuantization<Model: QuantizableModel> {
  private(set) var model: Model
  let plan: QuantizationPlan
  let method: any QuantizationMethod
  let execution: Execution
  private(set) var layers: [LayerQuantization] = []
  private let bytes: [String: Int]
  private let started = ContinuousClock.Instant.now

  init(
    model: Model, plan: QuantizationPlan, method: any QuantizationMethod, execution: Execution
  ) {
    self.model = model
    self.plan = plan
    self.method = method
    self.execution = execution
    bytes = Dictionary(
      model.linearNames.map { ($0, model[linear: $0].weight.byteCount) },
      uniquingKeysWith: { first, _ in first })
  }

  /// What was made, and what it cost.
  func result(tokens: Int) -> (model: Model, report: ModelQuantizationReport) {
    let report = ModelQuantizationReport(
      method: method.name, layers: layers, skipped: model.linearNames.count - layers.count,
      calibrationTokens: tokens, seconds: started.duration(to: .now).inSeconds)
    return (model, report)
  }

  /// Quantizes the layers that read one input.
  mutating func quantize(
    _ source: CalibrationSource, _ inputs: InputStatistics?
  ) throws(CalibrationError) {
    let start = ContinuousClock.Instant.now
    // What the layers make of their common input, before anything of their own multiplies it.
    let group = try LayerGroup(
      source.layers.map { name in
        LayerGroup.Member(
          name, model[linear: name].effectiveWeight(on: execution), as: plan.type(of: name))
      }, inputs: inputs, takesFactors: folds(source) || plan.scalesInputs)
    let result = try method.quantize(group, on: execution)
    precondition(result.weights.count == group.members.count, "\(method.name) lost a layer")
    for (member, codes) in zip(group.members, result.weights) {
      place(member, codes, result.factors, foldsIntoNorm: folds(source))
    }
    if let norm = source.norm, folds(source), let factors = result.factors {
      model.divideNorm(norm, by: Matrix(rows: 1, columns: factors.count) { factors[$1] })
    }
    let seconds = start.duration(to: .now).inSeconds / Double(source.layers.count)
    for (member, codes) in zip(group.members, result.weights) {
      guard let codes else { continue }
      layers.append(try cost(member, codes, result.factors, inputs, seconds))
    }
  }

  private func folds(_ source: CalibrationSource) -> Bool {
    source.norm != nil && plan.foldsIntoNorms
  }

  private mutating func place(
    _ member: LayerGroup.Member, _ codes: AnyQuantized?, _ factors: [Float]?, foldsIntoNorm: Bool
  ) {
    // A layer that stays float, and whose input stays what it was, stays what it was.
    guard codes != nil || factors != nil else { return }
    let weight: LinearWeight =
      if let codes {
        .quantized(PackedWeight(codes, inputs: plan.inputs, on: execution))
      } else {
        .float(
          factors.map { Elementwise.scaleColumns(member.weight, by: $0, on: execution) }
            ?? member.weight)
      }
    model[linear: member.name].weight = weight
    model[linear: member.name].inputFactors =
      foldsIntoNorm
      ? nil : factors.map { factors in Matrix(rows: 1, columns: factors.count) { 1 / factors[$1] } }
  }

  private func cost(
    _ member: LayerGroup.Member, _ codes: AnyQuantized, _ factors: [Float]?,
    _ inputs: InputStatistics?, _ seconds: Double
  ) throws(CalibrationError) -> LayerQuantization {
    var values: Matrix<Float> = codes.dequantized(on: execution)
    if let factors {
      values = Elementwise.scaleColumns(values, by: factors.map { 1 / $0 }, on: execution)
    }
    let shape = member.weight.shape
    return LayerQuantization(
      name: member.name, shape: shape, type: codes.quantizedType,
      weightSignalToNoise: signalToNoise(member.weight, values),
      outputError: try inputs?.relativeOutputError(of: values, for: member.weight, on: execution),
      bytesBefore: bytes[member.name] ?? 0,
      bytesAfter: codes.quantizedType.byteCount(of: shape), seconds: seconds)
  }
}

extension Linear {
  /// The weight as if nothing multiplied the input first.
  func effectiveWeight(on execution: Execution) -> Matrix<Float> {
    guard let inputFactors else { return weight.values }
    return Elementwise.scaleColumns(weight.values, by: inputFactors.values.array, on: execution)
  }
}
