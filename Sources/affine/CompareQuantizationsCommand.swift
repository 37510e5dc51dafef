import AffineModels
import AffineQuant
import ArgumentParser

/// Tells what ways of quantizing a language model cost.
struct CompareQuantizationsCommand: ParsableCommand {
  /// The result, as scripts read it.
  struct Report: Encodable {
    struct Row: Encodable {
      let weights, method, activations: String
      let perplexity: Double
      /// The difference to the model that was read, of the logarithms.
      let lossIncrease: Double
      /// Of the linear layers' weights.
      let bytes: Int
      @Nullable var outputError: Double?
      let quantizationSeconds, perplexitySeconds: Double
    }

    let model: String
    let tokens, calibrationTokens, context: Int
    let rows: [Row]
  }

  static let configuration = CommandConfiguration(
    commandName: "compare-quantizations",
    abstract: "The perplexity of a language model under many ways of quantizing it.",
    discussion: """
      The model's linear layers become floats, and are then quantized in each way that --variant names, as
      TYPE, TYPE:METHOD or TYPE:METHOD:ACTIVATIONS: int4-group32:gptq, int8-row:rtn:int8-token. Methods are
      rtn, hqq, gptq, awq and smoothquant. What layers read is seen once, in the float model, while it
      reads the --calibrate text. The embedding, which also makes the logits of some models, stays as it
      is in the file.

      The output error is the root mean square of all layers' errors in parts of their outputs, on the
      calibration text.
      """)

  @Argument(help: "A GGUF file of Llama's architecture.") var model: String
  @Option(help: "The text to foresee, a file in UTF-8.") var text: String
  @Option(help: "The text whose tokens calibrate, another one.") var calibrate: String
  @Option(help: "Tokens of the text to foresee.") var tokens = 4096
  @Option(help: "Tokens to calibrate with.") var calibrationTokens = 4096
  @Option(help: "Tokens of a window.") var context = 512
  @Option(help: "A way to quantize; may be repeated. By default the usual ones.")
  var variant: [QuantizationVariant] = []
  @OptionGroup var threads: ThreadOption
  @Option(help: "How to print.") var format = TrainingFormat.markdown

  func validate() throws {
    for (name, value) in [
      ("--tokens", tokens), ("--calibration-tokens", calibrationTokens), ("--context", context),
    ] where value < 2 {
      throw ValidationError("\(name) must be 2 or more, not \(value)")
    }
  }

  func run() throws {
    let execution = threads.execution()
    let progress = Progress()
    defer { progress.finish() }
    let source = try ModelSource.llama(model, on: execution)
    let judged = try source.tokens(ofText: text, most: tokens)
    let seen = try source.tokens(ofText: calibrate, most: calibrationTokens)
    progress.show("the float model")
    let judge = ModelJudge<LlamaModel>.perplexity(of: judged, window: context)
    var float = source.model
    let start = ContinuousClock.now
    float.makeLinearsFloat(on: execution)
    let baseline = try judge(float, on: execution)
    var rows = [
      Report.Row(
        weights: "float32", method: "-", activations: "float32", perplexity: baseline,
        lossIncrease: 0, bytes: float.linearByteCount, outputError: 0, quantizationSeconds: 0,
        perplexitySeconds: start.duration(to: .now).inSeconds)
    ]
    progress.show("seeing the inputs of all layers")
    let windows = Perplexity.windows(seen, context: context).map(Array.init)
    let inputs = try float.inputs(windows, on: execution)
    for variant in variant.isEmpty ? QuantizationVariant.usual : variant {
      let plan = QuantizationPlan(variant.type, inputs: variant.inputs)
      let label = "\(variant.type.name) \(variant.method.name)"
      let (quantized, report) = try float.quantized(
        plan, by: variant.method, inputs: inputs, on: execution
      ) { progress.show("\(label): \($0)") }
      progress.show("\(label): perplexity")
      let start = ContinuousClock.now
      let perplexity = try judge(quantized, on: execution)
      rows.append(
        Report.Row(
          weights: variant.type.name, method: variant.method.name,
          activations: variant.inputs?.name ?? "float32", perplexity: perplexity,
          lossIncrease: FloatFunctions.logarithm(perplexity / baseline), bytes: report.bytesAfter,
          outputError: report.outputError, quantizationSeconds: report.seconds,
          perplexitySeconds: start.duration(to: .now).inSeconds))
    }
    progress.finish()
    let report = Report(
      model: model, tokens: judged.count, calibrationTokens: inputs.tokens, context: context,
      rows: rows)
    switch format {
    case .json: try printJSON(report)
    case .markdown: try show(report.table.markdown)
    case .table: try show(report.table.plain)
    }
  }
}

extension CompareQuantizationsCommand.Report {
  /// A line a way.
  var table: TextTable {
    var table = TextTable([
      "weights", "method", "activations", "perplexity", "loss increase", "output error", "bytes",
      "seconds",
    ])
    for row in rows {
      table.rows.append([
        row.weights, row.method, row.activations, row.perplexity.fixed(3),
        row.lossIncrease.fixed(4, signed: true),
        row.outputError.map { $0.fixed(4) } ?? "-", "\(ByteCount(row.bytes))",
        row.quantizationSeconds.short,
      ])
    }
    return table
  }
}
