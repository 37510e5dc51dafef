import AffineQuant
import Testing

/// Memory that is freed between pieces that are kept goes back to the system, and is not added to the next.
@Suite struct MappedMemoryTests {
  /// As where a model is read: strips that grow, and something kept after each.
  @Test(.enabled(if: ResidentMemory.peakBytes > 0, "the system does not say what is resident"))
  func whatIsFreedGoesBack() async {
    await #expect(processExitsWith: .success) {
      let (rounds, pieces, kept, mebibyte) = (6, 16, 256 << 10, 1 << 20)
      let start = ResidentMemory.peakBytes
      // A heap takes pieces as large as one that was freed from its own memory from then on.
      _ = Allocation(byteCount: 30 * mebibyte, zeroed: true, lasts: true)
      var lasting: [Allocation] = []
      for round in 1...rounds {
        var strips: [Allocation] = []
        for _ in 0..<pieces {
          strips.append(Allocation(byteCount: round * mebibyte, zeroed: true, lasts: true))
          lasting.append(Allocation(byteCount: kept, zeroed: true, lasts: true))
        }
        strips = []
      }
      // The strips of the last round and all that is kept; a tenth for what else the process does.
      let most = pieces * rounds * mebibyte + lasting.count * kept
      #expect(ResidentMemory.peakBytes - start < most + most / 10)
      withExtendedLifetime(lasting) {}
    }
  }
}
