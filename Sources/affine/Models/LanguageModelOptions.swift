import AffineFormats
import AffineModels
import AffineLayers
import AffineQuant
public import ArgumentParser

/// Which model runs, and how.
struct LanguageModelOptions: ParsableArguments {
  @Option(help: "A GGUF file of Llama's architecture.") var model: String
  @Option(
    help: "What inputs of linear layers are quantized to: float32, int8-token, int8-group32.")
  var activations = "int8-group32"
  @Option(help: "How keys and values are kept: float32, float16 or int8.")
  var cache = CacheFormat.float16
  @OptionGroup var reading: ReadingOptions
  @OptionGroup var threads: ThreadOption
  @OptionGroup var sets: InstructionSetOption

  func execution() throws -> Execution { threads.execution(try sets.instructionSet()) }

  /// Reads the model and its vocabulary.
  func load(on execution: Execution) throws -> LanguageModel {
    guard let format = ActivationFormat(name: activations) else {
      throw Failure(
        "'\(activations)' is no type of activations: float32, int8-token, int8-group32 are some")
    }
    let clock = ContinuousClock()
    let started = clock.now
    do {
      var weights = try GGUFWeights(GGUFFile(path: model, copies: reading.copies))
      let tokenizer = try BytePairTokenizer(weights.file.metadata)
      try tokenizer.requireRows(of: weights.configuration)
      let template = try weights.file.metadata.ifPresent("tokenizer.chat_template") {
        try $0.string($1)
      }
      // Before the weights come, which would lie behind it.
      weights.forgetTexts()
      let llama = try DecoderModel(weights, activations: format, on: execution)
      return LanguageModel(
        llama: llama, tokenizer: tokenizer, template: template,
        seconds: (clock.now - started).inSeconds)
    } catch GGUFError.file(let error) {
      throw error
    } catch { throw Failure("'\(model)': \(error)") }
  }
}

extension BytePairTokenizer {
  /// - Throws: ``DecoderError/contradiction(_:_:_:_:)`` for tokens without a row of the embedding.
  func requireRows(of configuration: DecoderConfiguration) throws(DecoderError) {
    guard tokenCount <= configuration.vocabulary else {
      throw .contradiction(
        "the number of tokens", tokenCount, "the rows of the embedding", configuration.vocabulary)
    }
  }
}

extension CacheFormat: ExpressibleByArgument {}
