internal import AffineQuant

extension TextCorpus {
  /// Windows of a text, one after another: `inputs[i]` is a token, `targets[i]` the one after it.
  public typealias Windows = (inputs: [Int], targets: [Int])

  /// More tokens than this would not fit a batch's activations into any memory.
  static let mostTokens = 1 << 28

  /// The windows of one training step.
  ///
  /// Where they start depends on the seed, the step and the index of a window alone: runs that differ
  /// in anything else see the same text, and one that is resumed goes on with the next.
  ///
  /// - Returns: `size` windows of `sequence` tokens, one after another.
  /// - Throws: ``CorpusError``: a size or a sequence of none, or a text that is too short.
  public func batch(
    step: Int, size: Int, sequence: Int, seed: UInt64
  ) throws(CorpusError) -> Windows {
    let places = try check(.training, windows: size, sequence: sequence)
    let starts = (0..<size).map { index in
      // The upper half of the product: every place within 2⁻⁶⁴ of equally likely.
      Int(UInt64(places).multipliedFullWidth(by: Self.word(seed, step, index)).high)
    }
    return Self.windows(training, starts, sequence)
  }

  /// Windows of the part for validation, always the same, with the same distance between them.
  ///
  /// - Returns: `count` windows of `sequence` tokens, one after another.
  /// - Throws: ``CorpusError``: a count or a sequence of none, more windows than there are places, or a
  ///   text that is too short.
  public func validationWindows(
    count: Int, sequence: Int
  ) throws(CorpusError) -> Windows {
    let places = try check(.validation, windows: count, sequence: sequence)
    guard count <= places else { throw .tooManyWindows(count, places: places) }
    return Self.windows(validation, .spread(count, over: places), sequence)
  }

  /// The places where a window can start, at least one.
  private func check(
    _ part: CorpusPart, windows: Int, sequence: Int
  ) throws(CorpusError) -> Int {
    try Self.check(windows: windows, sequence, of: sequence)
    let places = self[part].count - sequence
    guard places > 0 else {
      throw .tooShort(part: part, tokens: self[part].count, sequence: sequence)
    }
    return places
  }

  /// A batch is of whole windows, and fits a memory.
  static func check(windows: Int, _ sequence: Int, of length: Int) throws(CorpusError) {
    let (tokens, overflow) = windows.multipliedReportingOverflow(by: sequence)
    guard windows > 0, sequence > 0, sequence == length, !overflow, tokens <= mostTokens else {
      throw .batch(windows: windows, sequence: sequence)
    }
  }

  private static func windows(_ tokens: [UInt16], _ starts: [Int], _ sequence: Int) -> Windows {
    (
      starts.flatMap { tokens[$0..<$0 + sequence].map(Int.init) },
      starts.flatMap { tokens[$0 + 1...$0 + sequence].map(Int.init) }
    )
  }

  /// Random bits for one window of one step; the seed's own stream, so that no window is drawn with the
  /// bits that round a value.
  static func word(_ seed: UInt64, _ step: Int, _ index: Int) -> UInt64 {
    let key = SplitMix.key(
      seed: SplitMix.seed(seed, stream: -1), step: UInt64(truncatingIfNeeded: step))
    return SplitMix.word(key, index)
  }
}
