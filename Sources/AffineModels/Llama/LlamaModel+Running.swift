public import AffineQuant

extension LlamaModel {
  /// Reads more tokens of a text.
  ///
  /// - Parameters:
  ///   - tokens: What follows the tokens of the cache; at least one.
  ///   - cache: Made for this model; the tokens are appended. After an error it is as it was.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: The logits of what comes next, 1 × vocabulary.
  /// - Throws: ``LlamaError``: no tokens, tokens that are none, a full context, inputs that are not
  ///   finite and must be quantized.
  public func logits(
    after tokens: [Int], _ cache: inout KeyValueCache, on execution: Execution = .standard
  ) throws -> Matrix<Float> {
    try check(tokens, cache)
    let start = cache.count
    do {
      var last = Matrix<Float>(rows: 0, columns: 0) { _, _ in 0 }
      for first in stride(from: 0, to: tokens.count, by: Self.pieceLength) {
        let piece = Array(tokens[first..<min(first + Self.pieceLength, tokens.count)])
        last = try LlamaPass(self, .last, execution).states(of: piece, &cache)
      }
      // What many tokens took, one at a time will not need.
      if tokens.count > 1 { SpareMemory.giveBack() }
      return try LlamaPass(self, .last, execution).logits(of: last)
    } catch {
      cache.truncate(to: start)
      throw error
    }
  }

  /// Reads more tokens of a text and hands out the logits of what comes after each.
  ///
  /// - Parameters:
  ///   - tokens: As above.
  ///   - cache: As above.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  ///   - body: Takes the logits of some neighbouring tokens, a row each, and the place of the first.
  /// - Throws: ``LlamaError``, as above, and what `body` throws.
  public func eachLogits(
    after tokens: [Int], _ cache: inout KeyValueCache, on execution: Execution = .standard,
    _ body: (_ logits: Matrix<Float>, _ first: Int) throws -> Void
  ) throws {
    try check(tokens, cache)
    let start = cache.count
    do {
      let pass = LlamaPass(self, .all, execution)
      for first in stride(from: 0, to: tokens.count, by: Self.pieceLength) {
        let piece = Array(tokens[first..<min(first + Self.pieceLength, tokens.count)])
        let states = try pass.states(of: piece, &cache)
        for row in stride(from: 0, to: piece.count, by: Self.logitRows) {
          let rows = Array(row..<min(row + Self.logitRows, piece.count))
          try body(try pass.logits(of: states, rows: rows), first + row)
        }
      }
    } catch {
      cache.truncate(to: start)
      throw error
    }
  }

  func check(_ tokens: [Int], _ cache: KeyValueCache) throws(LlamaError) {
    guard !tokens.isEmpty else { throw .noTokens }
    for token in tokens where !(0..<configuration.vocabulary).contains(token) {
      throw .noSuchToken(token, vocabulary: configuration.vocabulary)
    }
    try cache.checkRoom(for: tokens.count)
  }
}
