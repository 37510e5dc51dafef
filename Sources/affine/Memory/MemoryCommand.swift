import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import ArgumentParser

/// Says what memory a model takes by the types of its weights, and measures it.
struct MemoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory",
    abstract: "Say what memory a language model takes, by the type of its weights.",
    discussion: """
      The model need not be there: its config.json is enough. All matrices are of the type that is named, packed \
      as products on this CPU read them, and norms are floats. A token reads the weights once, but for the table of embedded tokens, of which it reads a row, and \
      the keys and values of all tokens before it. Activations are what a pass keeps of \(DecoderModel.pieceLength) \
      tokens, and the logits.

      With --measure a model of such weights is made of random codes, reads --depth tokens and writes --tokens, one \
      at a time; what it reads a second is compared with a loop that only reads memory, on as many threads.

      Examples:
        affine memory config.json --weights int8-row,int4-group32,int2-group32 --context 8192 --fits 128
        affine memory config.json --weights int4-group32 --measure
      """)

  @Argument(
    help: "A config.json, a folder of Hugging Face, or a GGUF file.", completion: .file())
  var model: String
  @Option(help: "The types of weights.") var weights = TypeList(
    argument: "float32,int8-row,int4-group32,int2-group32")!
  @Option(help: "How keys and values are kept: float32, float16 or int8.")
  var cache = CacheFormat.float16
  @Option(help: "Tokens of a text; by default 8192, or the model's context where that is shorter.")
  var context: Int?
  @Option(help: "Texts at the same time; by default 1.") var texts: Int?
  @Option(help: "Memory in gigabytes (10⁹ bytes) that all must fit.") var fits: Double?
  @Flag(help: "Make a model of random codes and run it.") var measure = false
  @Option(help: "With --measure: tokens that are read before the first that is timed.")
  var depth: Int?
  @Option(help: "With --measure: tokens that are timed.") var tokens: Int?
  @Option(
    help: "With --measure: what inputs of linear layers become; int8-group32 by default.",
    completion: .types)
  var activations: String?
  @OptionGroup var threads: ThreadOption
  @OptionGroup var sets: InstructionSetOption
  @Option(help: "How to print.") var format = DocumentFormat.table

  func validate() throws {
    if let texts { try require(texts, in: 1...1 << 20, for: "--texts") }
    if let context { try require(context, in: 1...1 << 30, for: "--context") }
    if let fits { try require(fits, in: 0.001...1e9, for: "--fits") }
    for (name, isGiven) in [
      ("depth", depth != nil), ("tokens", tokens != nil), ("activations", activations != nil),
      ("threads", threads.threads != nil), ("isa", sets.isa != nil),
    ] where isGiven && !measure { throw ValidationError("--\(name) needs --measure") }
    for (name, isGiven) in [
      ("context", context != nil), ("texts", texts != nil), ("fits", fits != nil),
    ] where isGiven && measure { throw ValidationError("--\(name) does not go with --measure") }
    if let depth { try require(depth, in: 1...1 << 20, for: "--depth") }
    if let tokens { try require(tokens, in: 1...1 << 20, for: "--tokens") }
  }

  func run() throws {
    let configuration: DecoderConfiguration
    do { configuration = try ModelSource.configuration(of: model) } catch {
      throw Failure("'\(model)': \(error)")
    }
    try configuration.validate()
    if let context, context > configuration.context {
      throw Failure("--context \(context) is beyond the model's \(configuration.context) tokens")
    }
    try checkSize(configuration)
    let formats = try weights.names.map { name in
      guard let format = WeightFormat(name: name) else {
        throw Failure("'\(name)' is no type of weights that a running model keeps")
      }
      return format
    }
    if measure { return try measure(formats, configuration) }
    let estimate = MemoryEstimate(
      configuration, cache: cache, tokens: context ?? min(8192, configuration.context),
      texts: texts ?? 1, memory: fits.map { $0 * 1e9 })
    let rows = formats.map(estimate.row)
    switch format {
    case .json: try printJSON(rows)
    case .table: try show(estimate.table(rows).plain)
    case .markdown: try show(estimate.table(rows).markdown)
    }
  }

  /// Refuses what no number of bytes is left for.
  private func checkSize(_ configuration: DecoderConfiguration) throws {
    let parameters = configuration.tensors.reduce(0.0) {
      let shape = configuration.shape(of: $1)
      return $0 + Double(shape.rows) * Double(shape.columns)
    }
    let cached = Double(configuration.keyValueHeads) * Double(configuration.headSize) * 8
    let bytes =
      cached * Double(configuration.blocks.count) * Double(context ?? 8192) * Double(texts ?? 1)
    guard parameters < 0x1p50, bytes < 0x1p60 else {
      throw Failure(
        "\(parameters) parameters and \(bytes) bytes of keys and values are more than can be counted"
      )
    }
  }

  private func measure(
    _ formats: [WeightFormat], _ configuration: DecoderConfiguration
  ) throws {
    let name = activations ?? "int8-group32"
    guard let activations = ActivationFormat(name: name) else {
      throw Failure("'\(name)' is no type of activations")
    }
    guard formats.count == 1 else {
      // The peak is that of the process.
      throw Failure("--measure takes one type of weights, not \(formats.count)")
    }
    let measurement = DecodingMeasurement(
      configuration, activations, cache, depth: depth ?? 256, tokens: tokens ?? 16,
      threads.execution(try sets.instructionSet()))
    try measurement.checkRoom()
    let report = try measurement.run(formats[0])
    switch format {
    case .json: try printJSON(report)
    case .table: try show(report.table.plain)
    case .markdown: try show(report.table.markdown)
    }
  }
}
