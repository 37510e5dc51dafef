import AffineKernels
import AffineQuant
import Testing

/// How long a thread looks for work before it sleeps.
@Suite struct SpinTests {
  /// Nanoseconds until a thread that finds nothing gives up.
  private static func length() -> UInt64 {
    var spin = Spin()
    let start = aq_nanoseconds()
    while spin.again() {}
    return aq_nanoseconds() - start
  }

  /// No sooner than its limit, and soon after it: the shortest of many, since any may lose its processor.
  @Test(.timeLimit(.minutes(1))) func itEnds() {
    let lengths = (0..<200).map { _ in Self.length() }
    #expect(lengths.allSatisfy { $0 >= Spin.limit })
    #expect((lengths.min() ?? .max) < 10 * Spin.limit)
  }

  /// Once it has ended, each further look is the last for 64, and none starts it anew.
  @Test(.timeLimit(.minutes(1))) func itStaysEnded() {
    var spin = Spin()
    while spin.again() {}
    let further = (0..<640).count { _ in !spin.again() }
    #expect(further == 10)
  }
}
