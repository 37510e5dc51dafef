public import AffineQuant

extension DecoderModel {
  /// Reads more tokens of a text.
  ///
  /// - Parameters:
  ///   - tokens: What follows the tokens of the cache; at least one.
  ///   - cache: Made for this model; the tokens are appended. After an error it is as it was.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: The logits of what comes next, 1 × vocabulary.
  /// - Throws: ``DecoderError``: no tokens, tokens that are none, a full context, inputs that are not
  ///   finite and must be quantized; `CancellationError` where the task is cancelled while it reads.
  public func logits(
    after tokens: [Int], _ cache: inout KeyValueCache, on execution: Execution = .standard
  ) throws -> Matrix<Float> {
    var caches = [cache.take()]
    defer { cache = caches[0].take() }
    return try logits(after: tokens, counts: [tokens.count], &caches, on: execution)
  }

  /// Reads more tokens of a text and hands out the logits of what comes after each.
  ///
  /// - Parameters:
  ///   - tokens: As above.
  ///   - cache: As above.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  ///   - body: Takes the logits of some neighbouring tokens, a row each, and the place of the first.
  /// - Throws: ``DecoderError``, as above, and what `body` throws.
  public func eachLogits(
    after tokens: [Int], _ cache: inout KeyValueCache, on execution: Execution = .standard,
    _ body: (_ logits: Matrix<Float>, _ first: Int) throws -> Void
  ) throws {
    try check(tokens, cache)
    guard part == nil else {
      var pass = CachePass(self, [cache.take()], counts: [], .all, execution)
      defer { cache = pass.caches[0].take() }
      return try eachLogits(tokens, &pass, execution, body)
    }
    try Workspace.lend { workspace in
      var pass = FusedPass(
        self, [cache.take()], counts: [], rows: min(tokens.count, Self.pieceLength), .all,
        workspace, execution)
      defer { cache = pass.caches[0].take() }
      try eachLogits(tokens, &pass, execution, body)
    }
  }

  private func eachLogits(
    _ tokens: [Int], _ pass: inout some TextPass, _ execution: Execution,
    _ body: (_ logits: Matrix<Float>, _ first: Int) throws -> Void
  ) throws {
    let start = pass.caches[0].count
    do {
      for first in stride(from: 0, to: tokens.count, by: Self.pieceLength) {
        let piece = Array(tokens[first..<min(first + Self.pieceLength, tokens.count)])
        pass.counts = [piece.count]
        let states = try pass.states(of: piece)
        let rows = pass.matrix(of: states)
        for row in stride(from: 0, to: piece.count, by: Self.logitRows) {
          let numbers = Array(row..<min(row + Self.logitRows, piece.count))
          let chosen = pass.value(of: Embedding.gather(rows, rows: numbers, on: execution))
          let logits = try pass.logits(of: chosen)
          try body(pass.matrix(of: logits), first + row)
        }
      }
    } catch {
      pass.caches[0].truncate(to: start)
      throw error
    }
  }

  /// Runs on one sequence of tokens and shows the input of every linear layer.
  ///
  /// - Returns: The logits of what comes after each.
  package func run(
    _ tokens: [Int], _ execution: Execution,
    _ observe: (_ linear: String, _ input: Matrix<Float>) throws -> Void
  ) throws -> Matrix<Float> {
    let cache = KeyValueCache(configuration, format: .float32)
    try check(tokens, cache)
    return try withoutActuallyEscaping(observe) { observe in
      var pass = CachePass(
        self, [cache], counts: [tokens.count], .all, execution, observe: observe)
      return try pass.logits(of: try pass.states(of: tokens))
    }
  }

  func check(_ tokens: some Collection<Int>, _ cache: KeyValueCache) throws(DecoderError) {
    guard configuration.encoder == nil else { throw .encoder(without: "next token") }
    guard !tokens.isEmpty else { throw .noTokens }
    for token in tokens where !(0..<configuration.vocabulary).contains(token) {
      throw .noSuchToken(token, vocabulary: configuration.vocabulary)
    }
    try cache.checkRoom(for: tokens.count)
  }
}
