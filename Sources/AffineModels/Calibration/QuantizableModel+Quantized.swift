public import AffineQuant

extension QuantizableModel {
  /// This model with its linear layers quantized after training.
  ///
  /// - Parameters:
  ///   - plan: What becomes of each layer.
  ///   - method: How codes are chosen.
  ///   - calibration: What the model is run on to see the inputs of its layers; without sequences only
  ///     methods that do not ask for inputs work, and output errors are not known.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  ///   - progress: Is told what is being done.
  /// - Returns: The model, and what each layer cost.
  /// - Throws: ``CalibrationError``, or an error of the model for the sequences.
  public func quantized(
    _ plan: QuantizationPlan, by method: any QuantizationMethod,
    calibration: CalibrationSettings = CalibrationSettings(), on execution: Execution = .standard,
    progress: (String) -> Void = { _ in }
  ) throws -> (model: Self, report: ModelQuantizationReport) {
    try plan.check(linearNames)
    var work = ModelQuantization(model: self, plan: plan, method: method, execution: execution)
    let sources = calibrationSources(plan)
    for window in calibration.windows(of: sources) {
      var statistics: [InputStatistics] = []
      if !calibration.sequences.isEmpty {
        progress("seeing the inputs of layers \(window.lowerBound + 1) to \(window.upperBound)")
        let seen = calibration.parts > 1 ? work.model : self
        statistics = try seen.observe(
          sources[window], calibration.sequences, balancesTokens: calibration.balancesTokens,
          on: execution)
      }
      for (place, source) in sources[window].enumerated() {
        progress("quantizing \(source.layers.joined(separator: ", "))")
        try work.quantize(source, statistics.isEmpty ? nil : statistics[place])
      }
    }
    return work.result(tokens: calibration.sequences.reduce(0) { $0 + $1.count })
  }

  /// The same for inputs that were seen before, by this very model: to try several plans and methods.
  ///
  /// - Parameters:
  ///   - plan: What becomes of each layer.
  ///   - method: How codes are chosen.
  ///   - inputs: What ``inputs(_:balancesTokens:on:)`` has seen.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  ///   - progress: Is told what is being done.
  /// - Returns: The model, and what each layer cost.
  /// - Throws: ``CalibrationError``.
  public func quantized(
    _ plan: QuantizationPlan, by method: any QuantizationMethod, inputs: SeenInputs,
    on execution: Execution = .standard, progress: (String) -> Void = { _ in }
  ) throws(CalibrationError) -> (model: Self, report: ModelQuantizationReport) {
    try plan.check(linearNames)
    var work = ModelQuantization(model: self, plan: plan, method: method, execution: execution)
    for source in calibrationSources(plan) {
      progress("quantizing \(source.layers.joined(separator: ", "))")
      try work.quantize(source, inputs.statistics[source.layers[0]])
    }
    return work.result(tokens: inputs.tokens)
  }

  /// What all linear layers read while the model ran, to quantize it more than once.
  ///
  /// - Parameters:
  ///   - sequences: Tokens, a sequence a run.
  ///   - balancesTokens: As ``CalibrationSettings/balancesTokens``.
  ///   - execution: Threads and instruction sets.
  /// - Returns: Sums over all tokens; 4 bytes times the square of its width for each input.
  /// - Throws: ``CalibrationError``, or an error of the model.
  public func inputs(
    _ sequences: [[Int]], balancesTokens: Bool = true, on execution: Execution = .standard
  ) throws -> SeenInputs {
    // Every layer, whatever will be quantized: any type does.
    let sources = calibrationSources(QuantizationPlan(QuantizedType(name: "int8-row")))
    let statistics = try observe(
      sources[...], sequences, balancesTokens: balancesTokens, on: execution)
    return SeenInputs(
      statistics: Dictionary(
        uniqueKeysWithValues: zip(sources.map { $0.layers[0] }, statistics)),
      tokens: sequences.reduce(0) { $0 + $1.count })
  }
}

/// What the linear layers of a model read while it ran.
public struct SeenInputs: Sendable {
  /// By the first layer of those that read an input.
  let statistics: [String: InputStatistics]
  /// How many tokens ran.
  public let tokens: Int
}
