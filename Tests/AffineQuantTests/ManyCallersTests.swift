import AffineQuant
import AffineTestSupport
import Testing

/// One pool serves all callers, however many there are and however many threads each asks for.
@Suite struct ManyCallersTests {
  private static let callers = 200

  /// Operations of several loops each, of which some run inside of others.
  private static func results(_ on: Execution) throws -> [Matrix<Float>] {
    let x = Samples.matrix(24, 96, seed: 1), w = Samples.matrix(64, 96, seed: 2)
    let weight = try Int4Weight(quantizing: w, on: on)
    let block = try Int8Block(quantizing: w, on: on)
    return [
      try linear(x, weight.tiled(on: on), on: on), try linear(x, weight, on: on),
      block.transposed(on: on).dequantized(on: on), weight.dequantized(on: on),
    ]
  }

  @Test func allHaveTheSameResults() async throws {
    let expected = try Self.results(.threads(1))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for caller in 0..<Self.callers {
        let threads = [1, 2, 3, 4, 7, 16, 64][caller % 7]
        group.addTask { try Self.results(.threads(threads)) == expected }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }

  /// A part of a loop that is a caller itself takes parts, so that it always goes on.
  @Test(arguments: [1, 2, 5, 64]) func loopsInsideLoopsGoOn(_ threads: Int) throws {
    let (rows, columns) = (96, 512)
    let ones = Matrix<Float>(rows: rows, columns: columns) { $1 == 0 ? 1 : 0 }
    let weight = try Int8Weight(quantizing: ones, on: .threads(threads))
    let found: Matrix<Multiplying> = weight.dequantized(on: .threads(threads))
    for row in 0..<rows { #expect(found[row, 0].float == Multiplying.expected) }
  }
}

/// A float that is a product's result where it is made of one: a loop in the loop that makes floats.
private struct Multiplying: FloatElement, Equatable {
  private static let x = Samples.matrix(16, 2048, seed: 3), w = Samples.matrix(8, 2048, seed: 4)
  static let expected = product(.threads(1))

  let float: Float

  init(rounding value: Float) {
    float = value > 0.5 ? Self.product(.threads(4)) : value
  }

  private static func product(_ on: Execution) -> Float {
    do { return try linear(x, w, on: on)[0, 0] } catch { return .nan }
  }
}
