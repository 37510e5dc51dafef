import AffineQuant
import AffineTestSupport
import Testing

/// Strips that have no scales in common end the program: kernels would read another's, or past the end.
///
/// An error would end it too, so that none leaves these bodies.
@Suite struct StripTests {
  /// Strips of 64 rows of 128, the second from a row on.
  private static func pack(_ matrix: AnyQuantized, second: Int = 64) throws -> PackedWeight {
    try PackedWeight(rows: 128, strip: 64, on: .threads(1)) {
      let first = $0.lowerBound == 0 ? 0 : second
      return try matrix.rows(first..<first + 64)
    }
  }

  private static func coded(_ name: String) throws -> AnyQuantized {
    AnyQuantized(Samples.codes(129, 512, try #require(QuantizedType(name: name))))
  }

  /// Four rows share a super-block.
  private static let joined = "uint4-group32-biased-uint6-block4x8-float16"

  @Test(arguments: [joined, DoubleQuantizedNF4Weight.type.name])
  func stripsOfOneMatrixAreJoined(name: String) throws {
    let matrix = try Self.coded(name)
    #expect(try Self.pack(matrix).unpacked == matrix.rows(0..<128))
  }

  /// Each strip is quantized by itself.
  @Test func stripsOfSeveralMeansEndTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = try? PackedWeight(rows: 128, strip: 64, on: .threads(1)) {
        let values = Samples.matrix(64, 512, seed: UInt64($0.lowerBound + 1))
        return try AnyQuantized(quantizing: values, as: DoubleQuantizedNF4Weight.type)
      }
    }
  }

  /// A strip that starts inside of a super-block has its scales as numbers.
  @Test func stripsOfSeveralFormsEndTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = try? StripTests.pack(StripTests.coded(StripTests.joined), second: 65)
    }
  }
}
