public import AffineLayers
public import AffineQuant

/// Continues several texts together, a token of each at a time.
///
/// Products take the rows of all texts at once, so that weights are read once for all; each text has a cache
/// of its own, and is what it would be alone.
public struct BatchGenerator: Sendable {
  /// The model.
  public let model: DecoderModel
  /// The prompts, each with what was chosen after it.
  public private(set) var texts: [[Int]]
  /// Tokens that end a text.
  public var ends: Set<Int>
  /// How tokens are chosen.
  public var sampler: Sampler
  private let execution: Execution
  private let promptCounts: [Int]
  private var isFinished: [Bool]
  /// The texts that logits are of, and their caches: of all that was read, all but what was chosen last.
  private var active: [Int]
  private(set) var caches: [KeyValueCache]
  private var logits: Matrix<Float>
  /// Whether logits are of what comes next.
  private var isRead = true
  private var (lasts, ones, scratch): ([Int], [Int], [Float]) = ([], [], [])

  /// Reads prompts.
  ///
  /// - Parameters:
  ///   - model: What continues the texts.
  ///   - prompts: The tokens of each so far; at least one each.
  ///   - sampler: How tokens are chosen; each text has the draws that it would have alone.
  ///   - ends: Tokens that end a text; they are not handed out.
  ///   - caches: One a prompt, with the first of its tokens or none; `nil`: empty ones, in float16.
  ///   - execution: Threads and instruction sets; the texts do not depend on them.
  /// - Throws: ``AffineLayers/DecoderError``; `CancellationError`.
  public init(
    _ model: DecoderModel, prompts: [[Int]], sampler: Sampler = .greedy, ends: Set<Int> = [],
    caches: [KeyValueCache]? = nil, on execution: Execution = .standard
  ) throws {
    var caches =
      caches ?? Array(repeating: KeyValueCache(model.configuration), count: prompts.count)
    guard caches.count == prompts.count else {
      throw DecoderError.contradiction(
        "the number of texts", prompts.count, "the number of caches", caches.count)
    }
    let unread = zip(prompts, caches).map { $0.dropFirst($1.count) }
    self.model = model
    self.sampler = sampler
    self.ends = ends
    self.execution = execution
    logits = try model.logits(
      after: Array(unread.joined()), counts: unread.map(\.count), &caches, on: execution)
    self.caches = caches
    texts = prompts
    promptCounts = prompts.map(\.count)
    isFinished = Array(repeating: false, count: prompts.count)
    active = Array(prompts.indices)
  }

  /// Chooses one more token of each text that goes on.
  ///
  /// - Parameter body: Takes the number of a text and its token, and says whether the text goes on.
  /// - Returns: Whether any text goes on: it has not ended, and its context is not full.
  /// - Throws: ``LanguageModelError``, for logits that are not finite; `CancellationError`; what `body` throws.
  public mutating func next(
    _ body: (_ text: Int, _ token: Int) throws -> Bool
  ) throws -> Bool {
    try Task.checkCancellation()
    if !isRead, try !read() { return false }
    isRead = false
    for (row, text) in active.enumerated() where !isFinished[text] {
      let token = try sampler.token(
        from: logits, row: row, step: texts[text].count - promptCounts[text], after: texts[text],
        &scratch)
      if ends.contains(token) {
        isFinished[text] = true
      } else {
        texts[text].append(token)
        isFinished[text] = try !body(text, token)
      }
    }
    return isFinished.contains(false)
  }

  /// Reads what was chosen last; false where no text goes on.
  private mutating func read() throws -> Bool {
    for (row, text) in active.enumerated() where caches[row].count >= caches[row].capacity {
      isFinished[text] = true
    }
    // The last ones stay, so that whoever goes on with them finds their caches.
    guard isFinished.contains(false) else { return false }
    for row in active.indices.reversed() where isFinished[active[row]] {
      active.remove(at: row)
      caches.remove(at: row)
    }
    lasts.removeAll(keepingCapacity: true)
    for text in active { lasts.append(texts[text][texts[text].count - 1]) }
    if ones.count != active.count { ones = Array(repeating: 1, count: active.count) }
    // Room for the next ones, which are as many as the model has tokens.
    logits = Matrix(rows: 0, columns: 0) { _, _ in 0 }
    logits = try model.logits(after: lasts, counts: ones, &caches, on: execution)
    isRead = true
    return true
  }
}
