public import AffineLayers
public import AffineQuant

/// Continues a text token by token.
///
///     var generator = try Generator(model, prompt: tokens, sampler: .greedy, ends: [2])
///     while let token = try generator.next() { … }
public struct Generator: Sendable {
  /// The model.
  public let model: DecoderModel
  /// What was read and chosen so far, all but what was chosen last.
  public private(set) var cache: KeyValueCache
  /// The prompt, and what was chosen.
  public private(set) var tokens: [Int]
  /// Tokens that end a text.
  public var ends: Set<Int>
  /// How tokens are chosen.
  public var sampler: Sampler
  private let execution: Execution
  private let promptCount: Int
  /// Of what comes next.
  private var logits: Matrix<Float>
  private var isFinished = false

  /// How many of the last tokens the repetition penalty is for.
  private static let recent = 64

  /// Reads a prompt.
  ///
  /// - Parameters:
  ///   - model: What continues the text.
  ///   - prompt: The tokens so far; at least one.
  ///   - sampler: How tokens are chosen.
  ///   - ends: Tokens that end a text; they are not handed out.
  ///   - cache: What to continue; `nil`: nothing, with numbers in float16.
  ///   - execution: Threads and instruction sets; the text depends on neither.
  /// - Throws: ``AffineLayers/DecoderError``.
  public init(
    _ model: DecoderModel, prompt: [Int], sampler: Sampler = .greedy, ends: Set<Int> = [],
    cache: KeyValueCache? = nil, on execution: Execution = .standard
  ) throws {
    self.model = model
    self.sampler = sampler
    self.ends = ends
    self.execution = execution
    var cache = cache ?? KeyValueCache(model.configuration)
    logits = try model.logits(after: prompt, &cache, on: execution)
    self.cache = cache
    tokens = prompt
    promptCount = prompt.count
  }

  /// The next token; `nil` after the end of the text, or when the context is full.
  ///
  /// - Throws: ``LlamaError``, for logits that are not finite.
  public mutating func next() throws -> Int? {
    if isFinished { return nil }
    if tokens.count > promptCount {
      guard cache.count < cache.capacity else {
        isFinished = true
        return nil
      }
      // Room for the next ones, which are as many as the model has tokens.
      logits = Matrix(rows: 0, columns: 0) { _, _ in 0 }
      logits = try model.logits(after: [tokens[tokens.count - 1]], &cache, on: execution)
    }
    let token = try sampler.token(
      from: logits, step: tokens.count - promptCount, recent: tokens.suffix(Self.recent))
    if ends.contains(token) {
      isFinished = true
      return nil
    }
    tokens.append(token)
    return token
  }
}
