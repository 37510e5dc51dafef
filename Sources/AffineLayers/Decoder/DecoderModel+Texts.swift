public import AffineQuant

extension DecoderModel {
  /// Reads more tokens of several texts together: products take the rows of all of them at once, so that
  /// weights are read once for all.
  ///
  /// The logits of a text do not depend on the others, bit for bit.
  ///
  /// - Parameters:
  ///   - texts: What follows the tokens of each text's cache; at least one token each.
  ///   - caches: One a text, made for this model; after an error they are as they were.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: The logits of what comes next, texts × vocabulary.
  /// - Throws: ``DecoderError``, as where there is one text; `CancellationError` between pieces of long texts.
  public func logits(
    after texts: [[Int]], _ caches: inout [KeyValueCache], on execution: Execution = .standard
  ) throws -> Matrix<Float> {
    guard texts.count == caches.count else {
      throw DecoderError.contradiction(
        "the number of texts", texts.count, "the number of caches", caches.count)
    }
    return try logits(
      after: Array(texts.joined()), counts: texts.map(\.count), &caches, on: execution)
  }

  /// The same of tokens that lie one text's after another's, as many as `counts` says.
  package func logits(
    after tokens: [Int], counts: [Int], _ caches: inout [KeyValueCache], on execution: Execution
  ) throws -> Matrix<Float> {
    try check(tokens, counts: counts, caches)
    guard part == nil else {
      var pass = CachePass(self, caches, counts: counts, .last, execution)
      return try read(tokens, counts, &caches, &pass)
    }
    return try Workspace.lend { workspace in
      var pass = FusedPass(
        self, caches, counts: counts,
        rows: max(min(tokens.count, Self.pieceLength), counts.count), .last, workspace, execution)
      return try read(tokens, counts, &caches, &pass)
    }
  }

  private func read(
    _ tokens: [Int], _ counts: [Int], _ caches: inout [KeyValueCache], _ pass: inout some TextPass
  ) throws -> Matrix<Float> {
    // The pass's alone, so that they grow in their own memory.
    caches = []
    defer { swap(&caches, &pass.caches) }
    let starts = pass.caches.map { $0.count }
    do {
      let states =
        tokens.count <= Self.pieceLength
        ? try pass.states(of: tokens) : pass.value(of: try lastStates(tokens, counts, &pass))
      // What many tokens took, one at a time will not need.
      if tokens.count > counts.count { SpareMemory.giveBack() }
      let logits = try pass.logits(of: states)
      return pass.matrix(of: logits)
    } catch {
      for text in starts.indices { pass.caches[text].truncate(to: starts[text]) }
      throw error
    }
  }

  /// The states of the last token of each text, of tokens that run in pieces.
  private func lastStates(
    _ tokens: [Int], _ counts: [Int], _ pass: inout some TextPass
  ) throws -> Matrix<Float> {
    // Of the texts that ended so far: their states, their number and their tokens.
    var (values, texts, seen): ([Float], Int, Int) = ([], 0, 0)
    for first in stride(from: 0, to: tokens.count, by: Self.pieceLength) {
      try Task.checkCancellation()
      let piece = first..<min(first + Self.pieceLength, tokens.count)
      var end = 0
      for (text, count) in counts.enumerated() {
        pass.counts[text] = piece.clamped(to: end..<end + count).count
        end += count
      }
      let value = try pass.states(of: Array(tokens[piece]))
      let states = pass.matrix(of: value)
      let before = texts
      while texts < counts.count, seen + counts[texts] <= piece.upperBound {
        seen += counts[texts]
        texts += 1
      }
      // A text that goes on in the next piece is the last one here, and its row is not the last.
      values += states.values.array.prefix((texts - before) * configuration.width)
    }
    return try Matrix(Shape(counts.count, configuration.width), values)
  }

  private func check(_ tokens: [Int], counts: [Int], _ caches: [KeyValueCache]) throws {
    guard !counts.isEmpty else { throw DecoderError.noTokens }
    var end = 0
    for (text, count) in counts.enumerated() {
      try check(tokens[end..<end + count], caches[text])
      end += count
    }
  }
}
