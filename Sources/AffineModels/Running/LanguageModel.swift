public import AffineLayers
public import AffineQuant

/// A decoder with its tokenizer: texts in, texts out.
///
///     let model = try LanguageModel("SmolLM2-135M-Instruct.Q4_1.gguf")
///     for try await piece in model.stream("Once upon a time") { print(piece, terminator: "") }
public struct LanguageModel: Sendable {
  /// What continues tokens.
  public let decoder: DecoderModel
  /// What makes tokens of texts.
  public let tokenizer: any LanguageTokenizer
  /// How the model wants conversations written, if it says so.
  public let chatTemplate: String?
  /// Threads and instruction sets; texts depend on neither.
  public let execution: Execution
  /// Parts of the model's files that texts do not pass, and that were not read.
  public private(set) var leftOut: [String] = []

  /// Collects the parts of a model.
  public init(
    _ decoder: DecoderModel, _ tokenizer: any LanguageTokenizer, chatTemplate: String? = nil,
    on execution: Execution = .standard
  ) {
    self.decoder = decoder
    self.tokenizer = tokenizer
    self.chatTemplate = chatTemplate
    self.execution = execution
  }

  /// Reads a GGUF file or the first of several, or a folder of Hugging Face.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - activations: What the inputs of layers in codes are quantized to.
  ///   - context: Tokens of a text that are wanted, if fewer than the model's.
  ///   - copies: Copy the tensors into memory, so that files may be rewritten.
  ///   - adapters: A folder of low-rank adapters, as PEFT writes them.
  ///   - execution: Threads and instruction sets.
  ///   - parallel: Processes that run it together, all of which call this and all that follows.
  /// - Throws: What ``ModelSource`` throws: whatever is not understood is refused.
  public init(
    _ path: String, activations: ActivationFormat = .int8Groups, context: Int? = nil,
    copies: Bool = false, adapters: String? = nil, on execution: Execution = .standard,
    over parallel: (any TensorParallel)? = nil
  ) throws {
    var source = try ModelSource(path: path, context: context, copies: copies, decodes: true)
    try source.requireDecoder()
    if let adapters {
      do { try source.addAdapters(from: adapters) } catch let error as DecoderError {
        throw ModelFileError.malformed(file: adapters, reason: error.description)
      }
    }
    let (tokenizer, template) = (try source.tokenizer(), try source.chatTemplate())
    source.forgetTokens()
    self.init(
      try source.model(activations: activations, on: execution, over: parallel), tokenizer,
      chatTemplate: template, on: execution)
    leftOut = source.leftOut
  }

  /// Continues a text as the pieces of an asynchronous sequence.
  ///
  /// The prompt is read when the first piece is asked for, off the caller's actor; a cancelled task stops.
  ///
  /// `prompt` is read as the beginning of a text; `options` say how it goes on, and where it ends.
  public func stream(
    _ prompt: String, _ options: GenerationOptions = GenerationOptions()
  ) -> TextStream {
    TextStream { try generator(after: tokenizer.tokens(prompt), options, goesOn: true) }
  }

  /// Continues tokens piece by piece.
  ///
  /// - Parameters:
  ///   - prompt: The tokens so far.
  ///   - options: How, and where it ends.
  ///   - cache: The first of the tokens as they were read before; `nil`: none.
  ///   - goesOn: Whether the text goes on with the prompt's, or is one of its own, such as an answer.
  /// - Returns: What makes the pieces, the prompt being read.
  /// - Throws: As ``Generator/init(_:prompt:sampler:ends:cache:on:)``; ``LanguageModelError/emptyStop``.
  public func generator(
    after prompt: [Int], _ options: GenerationOptions = GenerationOptions(),
    cache: KeyValueCache? = nil, goesOn: Bool = false
  ) throws -> TextGenerator {
    let text = try GeneratedText(tokenizer, stops: options.stops, goesOn: goesOn)
    let generator = try Generator(
      decoder, prompt: prompt, sampler: options.sampler,
      ends: options.ignoresEnd ? [] : tokenizer.ends,
      cache: cache ?? KeyValueCache(decoder.configuration, format: options.cache), on: execution)
    return TextGenerator(generator, text, maximum: options.maximumTokens)
  }
}
