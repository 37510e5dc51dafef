internal import AffineQuant

/// Tokens of a file in windows: of a text from anywhere in it, of documents packed side by side.
///
/// Documents are joined into windows of one length, the longest first, each where the least room is left that
/// it fits (Ding et al., "Fewer truncations improve language modeling", arXiv 2404.10830). Each stays a sequence of
/// its own: attention does not leave it and its places count from 0. What is longer than a window is cut into
/// pieces, each a sequence too. Room that is left is filled with tokens that nobody is taught, in a sequence of their
/// own. Every window is read once before any is read again, in an order that the seed fixes.
public struct TokenCorpus: TrainingCorpus {
  /// Tokens that follow each other in the file, as a sequence.
  struct Piece: Sendable, Hashable {
    /// Where they begin.
    let first: Int
    /// Tokens of the file that are read; the last target is the one after them.
    let count: Int
    /// Whether the token that begins sequences is put before them.
    let isPrefixed: Bool

    /// Where the tokens lie that are to be foreseen.
    var targets: ClosedRange<Int> { first + 1...first + count }
  }

  /// The tokens.
  public let file: TokenFile
  /// Tokens of a window.
  public let sequence: Int
  /// What became of documents; `nil`: the tokens are one text that goes on.
  public let documents: Documents?
  /// The parts of a text, or windows of documents.
  let texts: [CorpusPart: Range<Int>]
  let windows: [CorpusPart: [[Piece]]]

  /// Divides a text's tokens, or documents, of which the last are for validation.
  ///
  /// - Parameters:
  ///   - file: The tokens.
  ///   - sequence: Tokens of a window.
  ///   - validationPart: Of the tokens of a text, or of documents, of which it is at least one.
  /// - Throws: ``CorpusError``: a part or a window that cannot be, or too few tokens.
  public init(
    _ file: TokenFile, sequence: Int, validationPart: Double = TextCorpus.standardValidationPart
  ) throws(CorpusError) {
    guard validationPart > 0, validationPart < 1 else { throw .validationPart(validationPart) }
    guard sequence > file.source.prefix.count, sequence <= 1 << 24 else {
      throw .batch(windows: 1, sequence: sequence)
    }
    guard file.count > 0 else { throw .empty }
    self.file = file
    self.sequence = sequence
    guard file.documentCount > 0 else {
      let held = Int((Double(file.count) * validationPart).rounded())
      texts = [.training: 0..<file.count - held, .validation: file.count - held..<file.count]
      windows = [:]
      documents = nil
      return
    }
    let held = max(1, Int((Double(file.documentCount) * validationPart).rounded()))
    let first = max(file.documentCount - held, 0)
    texts = [:]
    let windows: [CorpusPart: [[Piece]]] = [
      .training: Self.windows(0..<first, file, sequence),
      .validation: Self.windows(first..<file.documentCount, file, sequence),
    ]
    self.windows = windows
    documents = Documents(Array(windows.values.joined()), file, sequence)
    for part in CorpusPart.allCases where windows[part]?.isEmpty ?? true {
      throw .nothingTaught(part: part)
    }
  }

  public var vocabularySize: Int { file.source.vocabulary }

  public var identity: CorpusIdentity {
    CorpusIdentity(
      unit: "tokens", vocabulary: vocabularySize, trainingTokens: tokenCount(.training),
      validationTokens: tokenCount(.validation), digest: String(file.source.text, radix: 16),
      tokenizer: String(file.source.tokenizer, radix: 16))
  }

  private func tokenCount(_ part: CorpusPart) -> Int {
    texts[part]?.count
      ?? windows[part]?.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } } ?? 0
  }

  public func trainingBatch(
    step: Int, size: Int, sequence: Int, seed: UInt64
  ) throws(CorpusError) -> TokenBatch {
    try TextCorpus.check(windows: size, sequence, of: self.sequence)
    guard let packed = windows[.training] else {
      let places = try places(.training)
      return batch(
        (0..<size).map { index in
          let word = TextCorpus.word(seed, step, index)
          return [piece(Int(UInt64(places).multipliedFullWidth(by: word).high), .training)]
        })
    }
    return batch(packed.windows(step: step, size: size, seed: seed))
  }

  public func validationBatch(count: Int, sequence: Int) throws(CorpusError) -> TokenBatch {
    try TextCorpus.check(windows: count, sequence, of: self.sequence)
    if let packed = windows[.validation] { return batch(packed.spread(count)) }
    let places = try places(.validation)
    guard count <= places else { throw .tooManyWindows(count, places: places) }
    return batch([Int].spread(count, over: places).map { [piece($0, .validation)] })
  }

  /// The places of a text where a window can start, at least one.
  private func places(_ part: CorpusPart) throws(CorpusError) -> Int {
    let (count, read) = (texts[part]?.count ?? 0, sequence - file.source.prefix.count)
    guard count > read else { throw .tooShort(part: part, tokens: count, sequence: read) }
    return count - read
  }

  private func piece(_ place: Int, _ part: CorpusPart) -> Piece {
    Piece(
      first: (texts[part]?.lowerBound ?? 0) + place, count: sequence - file.source.prefix.count,
      isPrefixed: true)
  }
}
