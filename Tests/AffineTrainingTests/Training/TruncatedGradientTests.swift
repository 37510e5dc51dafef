import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// A gradient in 8 bits that is rounded towards zero shrinks in every layer; at random it does not.
@Suite struct TruncatedGradientTests {
  private let layers = (0..<8).map { Numbers.normal(64, 64, seed: 20 + $0).map { $2 / 8 } }
  private let gradient = Numbers.normal(64, 64, seed: 9)

  /// The part of an exact gradient that another one has.
  private func part(_ found: [Double], _ exact: Table) -> Double {
    let product = zip(found, exact.values).reduce(0) { $0 + $1.0 * $1.1 }
    return product / exact.values.reduce(0) { $0 + $1 * $1 }
  }

  /// Through eight layers: a step is 1/127 of the largest of 1024 normal values, 0.027 deviations.
  /// Truncation takes half of it from each value, E|x| · 0.027 / 2 = 1.1 % of the gradient in a layer
  /// and 8 % in all; 0.909 was measured to be left. What rounds at random has the noise of 8 layers with
  /// 4096 values each, about 0.1 %; 1.0007 was measured.
  @Test func truncationShrinksItLayerByLayer() throws {
    var (exact, truncated) = (Table(gradient), Table(gradient))
    var random = gradient
    for (index, weight) in layers.enumerated() {
      let codes = JetfireTests.blocks(weight)
      exact = Table.inputGradient(exact, codes).values
      truncated = Table.inputGradient(truncatedBlocks(truncated), codes).values
      let inputs = Numbers.normal(64, 64, seed: 50 + UInt64(index))
      let layer = try LinearRun(
        .jetfire, .float32(inputs), .float32(weight), random, step: UInt64(index))
      random = layer.dx
    }
    let (right, wrong) = (
      part(Numbers.doubles(random), exact), part(truncated.values, exact)
    )
    print("jetfire: after 8 layers \(right) of the gradient is left, truncated \(wrong)")
    #expect(abs(right - 1) < 0.01)
    #expect(wrong < 0.95)
  }

  private func truncatedBlocks(_ table: Table) -> Table {
    let coded = Coded.symmetric(
      Matrix(rows: table.rows, columns: table.columns) { Float(table[$0, $1]) }, .block(32))
    return table.map { row, column, value in
      let scale = Double(coded.scales[row * table.columns + column])
      return (value / scale).rounded(.towardZero) * scale
    }
  }
}
