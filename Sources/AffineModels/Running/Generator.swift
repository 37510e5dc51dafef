public import AffineLayers
public import AffineQuant

/// Continues a text token by token.
///
///     var generator = try Generator(model, prompt: tokens, sampler: .greedy, ends: [2])
///     while let token = try generator.next() { … }
public struct Generator: Sendable {
  private var batch: BatchGenerator

  /// The model.
  public var model: DecoderModel { batch.model }
  /// What was read and chosen so far, all but what was chosen last.
  public var cache: KeyValueCache { batch.caches[0] }
  /// The prompt, and what was chosen.
  public var tokens: [Int] { batch.texts[0] }
  /// Tokens that end a text.
  public var ends: Set<Int> {
    get { batch.ends }
    set { batch.ends = newValue }
  }
  /// How tokens are chosen.
  public var sampler: Sampler {
    get { batch.sampler }
    set { batch.sampler = newValue }
  }

  /// Reads a prompt.
  ///
  /// - Parameters:
  ///   - model: What continues the text.
  ///   - prompt: The tokens so far; at least one.
  ///   - sampler: How tokens are chosen.
  ///   - ends: Tokens that end a text; they are not handed out.
  ///   - cache: The first tokens of the prompt as they were read before, which are not read again, or none;
  ///     `nil`: none, with numbers in float16.
  ///   - execution: Threads and instruction sets; the text depends on neither.
  /// - Throws: ``AffineLayers/DecoderError``: no token that the cache has not, a full context; `CancellationError`
  ///   where the task is cancelled.
  public init(
    _ model: DecoderModel, prompt: [Int], sampler: Sampler = .greedy, ends: Set<Int> = [],
    cache: KeyValueCache? = nil, on execution: Execution = .standard
  ) throws {
    batch = try BatchGenerator(
      model, prompts: [prompt], sampler: sampler, ends: ends, caches: cache.map { [$0] },
      on: execution)
  }

  /// The next token; `nil` after the end of the text, or when the context is full.
  ///
  /// - Throws: ``LanguageModelError``, for logits that are not finite; `CancellationError`.
  public mutating func next() throws -> Int? {
    var chosen: Int?
    _ = try batch.next { _, token in
      chosen = token
      return true
    }
    return chosen
  }
}
