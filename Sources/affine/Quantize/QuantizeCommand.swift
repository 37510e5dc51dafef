import AffineFormats
import AffineModels
import AffineQuant
import ArgumentParser

/// Quantizes a model or the matrices of a file.
struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Quantize a model, or the matrices of a file, and tell what it costs.",
    discussion: """
      IN is a safetensors file, a GGUF file of a language model, or the folder of a BERT model; OUT \
      ends in .safetensors or, for a GGUF file, in .gguf. Examples:
        affine quantize model.safetensors small.safetensors --weights int4-group32
        affine quantize model.gguf small.gguf --weights q4_0 --method awq --calibrate book.txt \
      --text other.txt --report small.html
        affine quantize model.gguf small.gguf --weights q4_k_m --method search
        affine quantize all-MiniLM-L6-v2 small.safetensors --weights int4-group32 --method gptq \
      --calibrate lines.txt --skip '*.output.dense' --layers 'encoder.layer.0.*=int8-row'

      Of a safetensors file every float tensor of rank 2 whose name ends in ".weight" is quantized; of a \
      model its linear layers. In a pattern * stands for any characters and ? for one; of several that fit \
      a name the last of --skip holds, else the last of --layers. Methods: rtn rounds to nearest; hqq moves \
      biases; search looks for scales that are codes themselves, as in K types; gptq, awq, smoothquant and scaled-gptq watch what layers read while the model reads the \
      --calibrate text, for BERT a text a line.

      Float16 and bfloat16 matrices are widened to float32 first: scales differ from torchao's, which \
      computes in the type of the matrix. Each type has the library's own rule.

      \(MethodChoice.settings)

      Weight SNR is 10 log10(sum w^2 / sum (w - q)^2) in dB, output SNR that of the layer's output: on the \
      calibration text, or for a safetensors file on 32 rows of standard normal input. What is written is \
      read back and compared bit for bit, unless it goes to a device or a pipe.
      """)

  @Argument(help: "The file or folder to read.") var input: String
  @Argument(help: "The file to write.") var output: String
  @OptionGroup var choices: QuantizationChoices
  @OptionGroup var texts: QuantizationTexts
  @Option(help: "Also write the report here, as .html or .json.") var report: String?
  @OptionGroup var outputs: OutputOptions
  @OptionGroup var reading: ReadingOptions
  @OptionGroup var threads: ThreadOption
  @Option(help: "How to print.") var format = OutputFormat.table

  func validate() throws {
    if let report, !report.hasSuffix(".html"), !report.hasSuffix(".json") {
      throw ValidationError("--report must end in .html or .json, unlike '\(report)'")
    }
  }

  func run() throws {
    let plan = try choices.plan()
    try check(plan)
    try outputs.check(
      [("the output", output), ("--report", report)],
      inputs: [input, "\(input)/model.safetensors", texts.calibration.calibrate, texts.text])
    let execution = threads.execution()
    let progress = Progress()
    let report: QuantizationReport
    if GGUFFile.recognizes(input) {
      report = try quantizeDecoder(plan, progress, execution)
    } else if TokenizedModel<BertModel>.isFolder(input) {
      report = try quantizeBert(plan, progress, execution)
    } else {
      report = try quantizeTensors(plan, progress, execution)
    }
    progress.finish()
    try write(report)
    switch format {
    case .json: try printJSON(report)
    case .table: try show(report.text)
    }
  }

  /// Whether the output is a GGUF file.
  var writesGGUF: Bool { output.hasSuffix(".gguf") }

  /// What can be refused before anything is read.
  private func check(_ plan: QuantizationPlan) throws {
    try TokenizedModel<BertModel>.refuseDecoder(
      input,
      instead: "a GGUF file of the model, or \(SafeTensorsFile.path(inFolder: input)), of which "
        + "rtn and hqq round each matrix alone")
    if choices.quantizationMethod.needsInputs, texts.calibration.calibrate == nil {
      throw Failure(
        "\(choices.quantizationMethod.name) watches what layers read: --calibrate names a text to run on"
      )
    }
    if choices.range != nil, texts.calibration.calibrate == nil {
      throw Failure("--static fixes scales by a text: --calibrate names it")
    }
    guard writesGGUF else {
      if choices.isMix { throw Failure("q4_k_m is a mix of types for the layers of a GGUF file") }
      return
    }
    guard GGUFFile.recognizes(input) else {
      throw Failure("only a GGUF file can become '\(output)': write a .safetensors file")
    }
    guard try choices.inputs() == nil else {
      throw Failure(
        "a GGUF file has no place for --activations or --static: leave them out, and choose the "
          + "activations of affine generate and affine perplexity when they run")
    }
    _ = try choices.blocks()
    for type in plan.allTypes {
      guard let held = GGUFTensorType(holding: type) else {
        if type == GGUFTensorType.nvfp4.quantizedType {
          throw Failure(
            "nvfp4 is read from GGUF and not written: its blocks have no place for the scale of all values"
          )
        }
        throw Failure(
          "no blocks of GGUF that can be written hold \(type.name): these are \(GGUFTensorType.writable)"
        )
      }
      guard type == held.quantizedType else {
        throw Failure(
          "blocks of GGUF have other scales than \(type.name): take \(held.argument)")
      }
    }
  }

  private func write(_ result: QuantizationReport) throws {
    guard let report else { return }
    try AtomicFile.write(
      report.hasSuffix(".json") ? try jsonText(result) : result.page, to: report)
  }
}

extension QuantizationPlan {
  /// The types that weights may become.
  fileprivate var allTypes: [QuantizedType] {
    (standard.map { [$0] } ?? []) + rules.compactMap(\.type)
  }
}
