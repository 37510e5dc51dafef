import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant

extension QuantizeCommand {
  func quantizeDecoder(
    _ plan: QuantizationPlan, _ progress: Progress, _ execution: Execution
  ) throws -> QuantizationReport {
    guard writesGGUF else {
      throw Failure(
        "a language model is written with its vocabulary, as GGUF: '\(output)' must end in .gguf")
    }
    let weights: GGUFWeights
    let source: TokenizedModel<DecoderModel>
    do {
      weights = try GGUFWeights(try GGUFFile.open(input, copies: reading.copies))
      source = try .decoder(weights, on: execution)
    } catch let failure as Failure { throw failure } catch { throw Failure("'\(input)': \(error)") }
    let sizeBefore = weights.file.byteCount
    var plan = plan
    plan.scalesInputs = false
    if choices.isMix {
      // What a person said of layers holds after it.
      plan.rules.insert(
        contentsOf: QuantizationPlan.rulesOfMixQ4KM(source.model.configuration), at: 0)
    }
    let result = try quantized(source, plan, progress, execution)
    let model = result.model
    var report = result.report
    if let windows = try texts.judged(source) {
      progress.show("perplexity before and after")
      let judge = ModelJudge<DecoderModel>.perplexity(
        of: windows.flatMap { $0 }, window: try source.window(texts.context))
      report.judgements = [
        try judge.judgement(before: source.model, after: model, on: execution)
      ]
    }
    progress.show("writing \(output)")
    let writer = try GGUFWriter(model, from: weights, blocks: choices.blocks())
    try writer.write(to: output)
    let sizeAfter = try sizeReadBack {
      try requireSame(try writer.firstDifference(in: output))
      try requireSame(
        model,
        try DecoderModel(
          GGUFWeights(try GGUFFile.open(output)), activations: .float32, on: execution))
    }
    return QuantizationReport(
      report, choices, model: input, output: output,
      copied: weights.file.tensors.count - report.layers.count,
      fileBytes: (sizeBefore, sizeAfter))
  }

  func quantizeBert(
    _ plan: QuantizationPlan, _ progress: Progress, _ execution: Execution
  ) throws -> QuantizationReport {
    let source = try TokenizedModel<BertModel>.bert(input, copies: reading.copies)
    let file = try SafeTensorsFile.open(
      SafeTensorsFile.path(inFolder: input), copies: reading.copies)
    let sizeBefore = file.byteCount
    let result = try quantized(source, plan, progress, execution)
    let model = result.model
    var report = result.report
    if let sequences = try texts.judged(source) {
      progress.show("mean cosine")
      let judge = ModelJudge<BertModel>.meanCosine(to: source.model, on: sequences)
      report.judgements = [
        try judge.judgement(before: source.model, after: model, on: execution)
      ]
    }
    let writer = try SafeTensorsWriter(model, from: file)
    try writer.write(to: output)
    let sizeAfter = try sizeReadBack {
      try requireSame(try writer.firstDifference(in: output))
      try requireSame(
        model, try BertModel(try SafeTensorsFile.open(output), source.model.configuration))
    }
    return QuantizationReport(
      report, choices, model: input, output: output,
      copied: file.header.entries.count - report.layers.count,
      fileBytes: (sizeBefore, sizeAfter))
  }

  private func quantized<Model>(
    _ source: TokenizedModel<Model>, _ plan: QuantizationPlan, _ progress: Progress,
    _ execution: Execution
  ) throws -> (model: Model, report: ModelQuantizationReport) {
    let calibration = try texts.calibrationSettings(source)
    var (model, report) = try source.model.quantized(
      plan, by: choices.quantizationMethod, calibration: calibration, on: execution,
      progress: progress.show)
    guard !report.layers.isEmpty else { throw Failure("no layer of '\(input)' is to be quantized") }
    if let range = choices.range, let type = try choices.inputs() {
      progress.show("seeing the ranges of inputs")
      try model.fixInputs(as: type, range, calibration.sequences, on: execution)
    }
    return (model, report)
  }

  /// Compares the file that was written with what was to be written, unless it is a device or a pipe, which gives
  /// nothing back.
  ///
  /// - Returns: The bytes of the file, `nil` where nothing was read back.
  func sizeReadBack(_ compare: () throws -> Void) throws -> Int? {
    guard try !OutputPlace(output).isStream else { return nil }
    try compare()
    return try MappedFile(path: output).bytes.count
  }

  /// - Parameter difference: What a file holds otherwise than it was written.
  /// - Throws: ``Failure``, if there is something.
  func requireSame(_ difference: String?) throws {
    guard let difference else { return }
    throw Failure("'\(difference)' does not read back from \(output) as it was written")
  }

  private func requireSame<Model: QuantizableModel>(_ model: Model, _ read: Model) throws {
    for name in model.linearNames
    where read[linear: name].weight.values != model[linear: name].weight.values {
      try requireSame(name)
    }
  }
}

extension ModelJudge {
  fileprivate func judgement(
    before: Model, after: Model, on execution: Execution
  ) throws -> ModelQuantizationReport.Judgement {
    ModelQuantizationReport.Judgement(
      name, before: try self(before, on: execution), after: try self(after, on: execution))
  }
}
