import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import ArgumentParser

/// Makes embeddings of texts.
struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Embeddings of texts, by a BERT model such as all-MiniLM-L6-v2.",
    discussion: """
      Examples:
        affine embed --model all-MiniLM-L6-v2 --sentence "a cat" "a dog" "a bill to pay"
        affine embed --model all-MiniLM-L6-v2 --sentences lines.txt --weights int8-row \
      --activations uint8-token --format json
        affine embed --model all-MiniLM-L6-v2 --sentences lines.txt --weights int4-group32 \
      --calibrate book.txt

      The folder holds config.json, modules.json with what it names, model.safetensors, and vocab.txt or \
      tokenizer.json. \
      Codes are chosen by scaled-gptq for weights below 8 bits and where inputs are quantized, which takes a \
      minute; else by awq. What layers read is seen on tokens drawn at random, and on the text of \
      --calibrate. How near embeddings come to the float model's depends on the texts, short ones losing most: \
      affine compare-quantizations measures it on texts of yours, and its documentation has it for 253 texts \
      that nothing was chosen on.

      \(MethodChoice.settings)

      Texts are cut to the longest that the model was trained for. The seconds are those of the encoder \
      alone, for all texts together: the median of --repeat runs.
      """)

  @Option(help: "The folder of the model.") var model: String
  @Option(help: "A file to read tensors from instead, as affine quantize writes it.")
  var tensors: String?
  @Option(parsing: .upToNextOption, help: "Texts, each in quotes.") var sentence: [String] = []
  @Option(help: "A UTF-8 file with a text a line.", completion: .file()) var sentences: String?
  // What --sentence and --sentences were called before: elsewhere --text names a file.
  @Option(parsing: .upToNextOption, help: .hidden) var text: [String] = []
  @Option(help: .hidden) var file: String?
  @Option(
    help: "Round the linear layers' weights to this type; by default as they are stored.",
    completion: .types)
  var weights: String?
  @Option(
    help: "Quantize the inputs of linear layers to this type; by default they stay floats.",
    completion: .types)
  var activations: String?
  @Option(help: "How codes are chosen: \(MethodChoice.help)", transform: MethodChoice.init)
  var method: MethodChoice?
  @Option(help: "A UTF-8 text like those to be embedded, to choose codes by.")
  var calibrate: String?
  @Option(help: "Multiply columns of inputs with a value of this magnitude as floats: LLM.int8().")
  var outliers: Float?
  @OptionGroup var reading: ReadingOptions
  @OptionGroup var threads: ThreadOption
  @OptionGroup var sets: InstructionSetOption
  @Option(name: .customLong("repeat"), help: "Encode so many times, to measure.") var runs = 1
  @Option(help: "How to print.") var format = OutputFormat.table

  func validate() throws {
    guard !(sentence + text).isEmpty || (sentences ?? file) != nil else {
      throw ValidationError("there is nothing to embed: --sentence or --sentences gives texts")
    }
    guard (1...1_000_000).contains(runs) else {
      throw ValidationError("--repeat must lie in 1...1000000, not be \(runs)")
    }
    if let outliers, !(outliers > 0 && outliers.isFinite) {
      throw ValidationError("--outliers must be a number above 0, not \(outliers)")
    }
  }

  func run() throws {
    let execution = threads.execution(try sets.instructionSet())
    let texts = try allTexts()
    var embedder = try TextEmbedder.open(model, tensors: tensors, copies: reading.copies)
    try quantize(&embedder, execution)
    let sequences = texts.map(embedder.tokens)
    var seconds: [Double] = []
    var embeddings = Matrix<Float>(rows: 0, columns: 0) { _, _ in 0 }
    for _ in 0..<runs {
      let time = try ContinuousClock().measure {
        embeddings = try embedder.model.embeddings(of: sequences, on: execution)
      }
      seconds.append(time.inSeconds)
    }
    let report = EmbeddingReport(
      model: model, weights: embedder.model.weightTypes, activations: embedder.model.inputTypes,
      texts: texts, tokenCounts: sequences.map(\.count),
      seconds: seconds.sorted()[seconds.count / 2], embeddings)
    if let index = report.embeddings.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) {
      throw Failure(
        "the embedding of text \(index + 1) is not finite: the model's weights are wrong")
    }
    switch format {
    case .json: try printJSON(report)
    case .table: try show(report.text)
    }
  }

  private func quantize(_ embedder: inout TextEmbedder, _ execution: Execution) throws {
    let inputs = try Self.type(activations)
    if let type = try Self.type(weights) {
      if let outliers {
        guard inputs == nil || inputs == Int8Activations.type, method == nil, calibrate == nil
        else {
          throw Failure("--outliers quantizes inputs to int8-token, and rounds weights to nearest")
        }
        return try embedder.model.separateOutliers(from: outliers, as: type, on: execution)
      }
      let chosen = TextEmbedder.method(method, type, inputs)
      guard calibrate == nil || chosen.needsInputs else {
        throw Failure("\(chosen.name) does not watch what layers read: leave --calibrate out")
      }
      return try embedder.quantize(
        as: type, inputs: inputs, by: chosen,
        calibratedOn: try calibrate.map(affine.text) ?? "", on: execution)
    }
    guard method == nil, outliers == nil, calibrate == nil else {
      throw Failure("--method, --calibrate and --outliers need a type of quantized --weights")
    }
    guard let inputs else { return }
    guard weights == nil, !embedder.model.weightTypes.contains("float32") else {
      throw Failure(
        "activations can be \(inputs.name) only where weights are quantized: see --weights")
    }
    try embedder.model.quantizeInputs(as: inputs, on: execution)
  }

  /// `nil` for floats.
  private static func type(_ name: String?) throws -> QuantizedType? {
    guard let name, name != "float32" else { return nil }
    return try QuantizedType.named(name)
  }

  private func allTexts() throws -> [String] {
    var texts = sentence + text
    for (index, text) in texts.enumerated() where text.isBlank {
      throw Failure("text \(index + 1) is empty")
    }
    guard let file = sentences ?? file else { return texts }
    var lines = try affine.text(of: file).lines(of: file, omittingEmpty: false)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    guard !lines.isEmpty else { throw Failure("\(file) is empty") }
    for (index, line) in lines.enumerated() {
      guard !line.isBlank else { throw Failure("line \(index + 1) of \(file) is empty") }
      texts.append(line)
    }
    return texts
  }
}

extension TextEmbedder {
  /// How codes are chosen: as asked, with the numbers for encoders where no others are named.
  static func method(
    _ choice: MethodChoice?, _ type: QuantizedType, _ inputs: QuantizedType?
  ) -> any QuantizationMethod {
    // Rounding weights alone to 8 bits loses too little to spend more time; GPTQ takes no blocks of rows.
    let standard: any QuantizationMethod =
      if type.block.rows == 1, type.storage.bits < 8 || inputs != nil { ScaledGPTQ() } else {
        inputs == nil ? AWQ() : SmoothQuant()
      }
    if let choice, !choice.isStandard { return choice.method }
    let method = choice?.method ?? standard
    if method is ScaledGPTQ, inputs != nil { return ScaledGPTQ.forQuantizedInputs }
    return (method as? SmoothQuant)?.forEncoders ?? method
  }
}

extension String {
  fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}

extension BertModel {
  /// What the inputs of linear layers are quantized to.
  fileprivate var inputTypes: [String] {
    Set(
      linearNames.map { name in
        switch self[linear: name].weight {
        case .float: "float32"
        case .quantized(let packed): packed.inputs?.name ?? "float32"
        case .fixed(_, let inputs, _): inputs.name
        case .outliers: Int8Activations.type.name
        }
      }
    ).sorted()
  }

  /// The types of the linear layers' weights.
  fileprivate var weightTypes: [String] {
    Set(
      linearNames.map { name in
        switch self[linear: name].weight {
        case .float: "float32"
        case .quantized(let packed), .fixed(let packed, _, _): packed.quantizedType.name
        case .outliers(let weight): weight.quantized.quantizedType.name
        }
      }
    ).sorted()
  }
}
