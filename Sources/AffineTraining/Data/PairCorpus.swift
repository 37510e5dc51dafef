internal import AffineQuant

/// Pairs of texts that say the same, for the embeddings of an encoder to be near each other.
///
/// Windows of one length hold as many pairs as fit, the longest first, each where it leaves the least room; what
/// room is left is a sequence that nobody compares. A loss compares the pairs of the windows that run together, and
/// counts every second text but a pair's own as a wrong answer. So a pair that is given twice is one, no batch has a
/// window twice, and no pair runs alone. An epoch is of whole batches, in an order that the seed fixes.
public struct PairCorpus: TrainingCorpus {
  /// The tokens of two texts, with those that mark their ends.
  public struct Pair: Sendable, Hashable {
    /// The texts.
    public var first, second: [Int]

    /// Collects the two.
    ///
    /// - Parameters:
    ///   - first: The tokens of the first text.
    ///   - second: The tokens of the second one.
    public init(_ first: [Int], _ second: [Int]) {
      self.first = first
      self.second = second
    }

    var count: Int { first.count + second.count }
  }

  public let vocabularySize: Int
  public let identity: CorpusIdentity
  /// Tokens of a window.
  public let sequence: Int
  private let windows: [CorpusPart: [[Pair]]]

  /// Packs pairs, of which the last are for validation.
  ///
  /// - Parameters:
  ///   - pairs: None longer than a window, no text empty.
  ///   - vocabulary: Tokens that there may be.
  ///   - sequence: Tokens of a window.
  ///   - text: A digest of the texts.
  ///   - tokenizer: A digest of what made their tokens.
  ///   - validationPart: Of the pairs; it is at least two.
  /// - Throws: ``CorpusError``: a part or a window that cannot be, or too few pairs.
  public init(
    _ pairs: [Pair], vocabulary: Int, sequence: Int, text: UInt64, tokenizer: UInt64,
    validationPart: Double = TextCorpus.standardValidationPart
  ) throws(CorpusError) {
    guard validationPart > 0, validationPart < 1 else { throw .validationPart(validationPart) }
    for pair in pairs where pair.first.isEmpty || pair.second.isEmpty || pair.count > sequence {
      throw .pair(tokens: [pair.first.count, pair.second.count], window: sequence)
    }
    var known: Set<Pair> = []
    let pairs = pairs.filter { known.insert($0).inserted }
    let held = max(2, Int((Double(pairs.count) * validationPart).rounded()))
    guard pairs.count >= held + 2 else { throw .tooFewPairs(pairs.count) }
    let parts = [
      CorpusPart.training: Array(pairs.dropLast(held)), .validation: Array(pairs.suffix(held)),
    ]
    vocabularySize = vocabulary
    self.sequence = sequence
    windows = parts.mapValues { pairs in
      TokenCorpus.packed(pairs.map(\.count), into: sequence).map { $0.map { pairs[$0] } }
    }
    func tokens(_ part: CorpusPart) -> Int { parts[part]?.reduce(0) { $0 + $1.count } ?? 0 }
    var identity = CorpusIdentity(
      unit: "pairs", vocabulary: vocabulary, trainingTokens: tokens(.training),
      validationTokens: tokens(.validation), digest: String(text, radix: 16))
    identity.tokenizer = String(tokenizer, radix: 16)
    self.identity = identity
  }

  public func trainingBatch(
    step: Int, size: Int, sequence: Int, seed: UInt64
  ) throws(CorpusError) -> TokenBatch {
    try TextCorpus.check(windows: size, sequence, of: self.sequence)
    let windows = windows[.training] ?? []
    guard size <= windows.count else {
      throw .repeatedWindows(batch: size, windows: windows.count, sequence: sequence)
    }
    return batch(windows.wholeBatch(step: step, size: size, seed: seed))
  }

  public func validationBatch(count: Int, sequence: Int) throws(CorpusError) -> TokenBatch {
    try TextCorpus.check(windows: count, sequence, of: self.sequence)
    let windows = (windows[.validation] ?? []).spread(count)
    guard windows.reduce(0, { $0 + $1.count }) > 1 else {
      throw .lonePair(part: .validation, sequence: sequence)
    }
    return batch(windows)
  }

  public func checkTogether(windows: Int) throws(CorpusError) {
    guard windows < 2 else { return }
    for window in self.windows[.training] ?? [] where window.count < 2 {
      throw .lonePair(part: .training, sequence: sequence)
    }
  }

  private func batch(_ windows: [[Pair]]) -> TokenBatch {
    var (sequences, labels, next): ([[Int]], [Int], Int) = ([], [], 0)
    for window in windows {
      var room = sequence
      for pair in window {
        sequences += [pair.first, pair.second]
        labels += [next, next]
        next += 1
        room -= pair.count
      }
      guard room > 0 else { continue }
      sequences.append([Int](repeating: 0, count: room))
      labels.append(-1)
    }
    return TokenBatch(sequences, labels: labels)
  }
}
