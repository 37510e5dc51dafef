import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTraining
import ArgumentParser

/// Tells what ways of quantizing a model cost.
struct CompareQuantizationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare-quantizations",
    abstract: "What a model loses under many ways of quantizing it.",
    discussion: """
      The model's linear layers become floats, and are then quantized in each way that --variant names, as \
      TYPE, TYPE:METHOD or TYPE:METHOD:ACTIVATIONS: int4-group32:gptq,act-order, int8-row:rtn:int8-token. \
      The method outliers=6 rounds weights and multiplies inputs of 6 and more as floats: LLM.int8().

      A language model, a GGUF file or one that affine train --export wrote, is judged \
      by its perplexity. What layers read is seen once, in the float model, while it reads the --calibrate \
      text; with --parts, for each way anew. The embedding, which also makes the logits of some models, stays as \
      it is. The output error is the root mean square of all layers' errors in parts of their outputs, on the \
      calibration text.

      An encoder, the folder of a BERT model, is quantized as by affine embed, and judged by the cosines of \
      embeddings to the float model's, a text a line: the least, those that 1 and 5 of 100 texts have at most, \
      and the median.

      \(MethodChoice.settings)
      """)

  @Argument(help: "A GGUF file, a folder, or a model that affine train --export wrote.")
  var model: String
  @Option(help: "The text to judge by, a file in UTF-8.") var text: String
  @Option(help: "Tokens of the text that a language model is to foresee; usually 4096.")
  var tokens: Int?
  @Option(help: "Tokens of a window; by default 512 or the model's context.") var context: Int?
  @OptionGroup var calibration: CalibrationChoices
  @Option(
    help: "A way to quantize; may be repeated. By default the usual ones.",
    transform: QuantizationVariant.init)
  var variant: [QuantizationVariant] = []
  @OptionGroup var reading: ReadingOptions
  @OptionGroup var threads: ThreadOption
  @Option(help: "How to print.") var format = DocumentFormat.markdown

  func validate() throws {
    try require(tokens, atLeast: 2, for: "--tokens")
    try require(context, atLeast: 2, for: "--context")
  }

  func run() throws {
    try TokenizedModel<BertModel>.refuseDecoder(model, instead: "a GGUF file of the model")
    let execution = threads.execution()
    let progress = Progress()
    defer { progress.finish() }
    let report: QuantizationComparison
    if GGUFFile.recognizes(model) {
      report = try compare(
        .decoder(model, copies: reading.copies, on: execution), progress, execution)
    } else if TokenizedModel<BertModel>.isFolder(model) {
      report = try compareEncoder(progress, execution)
    } else {
      report = try compare(
        .trained(model, copies: reading.copies, on: execution), progress, execution)
    }
    progress.finish()
    switch format {
    case .json: try printJSON(report)
    case .markdown: try show(report.table.markdown)
    case .table: try show(report.table.plain)
    }
  }

  private func compare(
    _ source: TokenizedModel<DecoderModel>, _ progress: Progress, _ execution: Execution
  ) throws -> QuantizationComparison {
    let variants = try variant.isEmpty ? QuantizationVariant.usualOfLanguageModels() : variant
    if let variant = variants.first(where: \.needsInputs), calibration.calibrate == nil {
      throw Failure(
        "\(variant.methodText) watches what layers read: --calibrate names a text to run on")
    }
    var float = source.model
    let window = try source.window(context)
    float.makeLinearsFloat(on: execution)
    let judged = try source.tokens(ofText: text, most: tokens ?? 4096)
    let judge = ModelJudge<DecoderModel>.perplexity(of: judged, window: window)
    let most = calibration.calibrationTokens ?? 4096
    let seen = try calibration.calibrate.map { try source.tokens(ofText: $0, most: most) } ?? []
    var settings = CalibrationSettings(Perplexity.windows(seen, context: window).map(Array.init))
    settings.parts = calibration.parts ?? 1
    settings.balancesTokens = calibration.normalizeTokens
    progress.show("seeing the inputs of all layers")
    let inputs =
      settings.parts == 1 && !seen.isEmpty
      ? try float.inputs(
        settings.sequences, balancesTokens: settings.balancesTokens, on: execution) : nil
    var comparison = QuantizationComparison(model: model, calibrationTokens: seen.count)
    comparison.tokens = judged.count
    comparison.context = window
    try comparison.addFloat(float) { .perplexity(try judge($0, on: execution)) }
    for variant in variants {
      try comparison.add(variant, to: float, progress) { choice, plan in
        let show = { (text: String) in progress.show("\(variant.label): \(text)") }
        if let inputs {
          return try float.quantized(
            plan, by: choice.method, inputs: inputs, on: execution, progress: show)
        }
        return try float.quantized(
          plan, by: choice.method, calibration: settings, on: execution, progress: show)
      } judge: {
        .perplexity(try judge($0, on: execution))
      }
    }
    return comparison
  }

  private func compareEncoder(
    _ progress: Progress, _ execution: Execution
  ) throws -> QuantizationComparison {
    guard calibration.parts == nil, calibration.normalizeTokens, context == nil, tokens == nil,
      calibration.calibrationTokens == nil
    else {
      throw Failure(
        "--parts, --context, --tokens, --calibration-tokens and --no-normalize-tokens are for language models"
      )
    }
    let variants = try variant.isEmpty ? QuantizationVariant.usualOfEncoders() : variant
    guard calibration.calibrate == nil || variants.contains(where: \.needsInputs) else {
      throw Failure("no variant watches what layers read: leave --calibrate out")
    }
    let source = try TextEmbedder.open(model, copies: reading.copies)
    let texts = try affine.text(of: text).lines(of: text, omittingEmpty: true)
    guard !texts.isEmpty else { throw Failure("'\(text)' is empty") }
    let novel = try calibration.calibrate.map(affine.text) ?? ""
    let sequences = texts.map(source.tokens)
    let reference = try source.model.embeddings(of: sequences, on: execution)
    func judge(_ model: BertModel) throws -> QuantizationComparison.Score {
      let embeddings = try model.embeddings(of: sequences, on: execution)
      return .cosines(Cosines(of: embeddings, reference))
    }
    var comparison = QuantizationComparison(model: model, calibrationTokens: 0)
    comparison.tokens = sequences.reduce(0) { $0 + $1.count }
    try comparison.addFloat(source.model, judge: judge)
    for variant in variants {
      try comparison.add(variant, to: source.model, progress) { choice, plan in
        var embedder = source
        let method = TextEmbedder.method(choice, variant.type, variant.inputs)
        try embedder.quantize(
          as: variant.type, inputs: variant.inputs, by: method, calibratedOn: novel, on: execution)
        return (embedder.model, nil)
      } judge: {
        try judge($0)
      }
    }
    return comparison
  }
}
