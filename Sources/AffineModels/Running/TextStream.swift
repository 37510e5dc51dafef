/// A text that a model continues, as pieces of whole characters.
///
/// Each iteration reads the prompt again. A cancelled task gets `CancellationError`, and nothing more is computed.
public struct TextStream: AsyncSequence, Sendable {
  public typealias Element = String
  public typealias Failure = any Error

  let begin: @Sendable () throws -> TextGenerator

  /// The pieces from the first.
  public func makeAsyncIterator() -> Iterator { Iterator(begin: begin) }

  /// Makes the pieces, each when it is asked for.
  public struct Iterator: AsyncIteratorProtocol, Sendable {
    let begin: @Sendable () throws -> TextGenerator
    private var generator: TextGenerator?
    private var isFinished = false

    init(begin: @escaping @Sendable () throws -> TextGenerator) { self.begin = begin }

    /// The next piece; `nil` after the end or an error.
    ///
    /// - Throws: As ``TextGenerator/next()`` and what begins it.
    public mutating func next() async throws -> String? {
      if isFinished { return nil }
      isFinished = true
      try Task.checkCancellation()
      var generator = try self.generator.take() ?? begin()
      let piece = try generator.next()
      isFinished = piece == nil
      self.generator = generator
      return piece
    }
  }
}
