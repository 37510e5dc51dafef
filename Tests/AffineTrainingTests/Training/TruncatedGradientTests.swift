import AffineLayers
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

  /// What a recipe leaves of the gradient after eight layers, the weights' codes taken as exact.
  private func left(_ recipe: Recipe) throws -> Double {
    var (exact, found) = (Table(gradient), gradient)
    for (index, weight) in layers.enumerated() {
      exact = Table.inputGradient(exact, JetfireTests.blocks(weight)).values
      let inputs = Numbers.normal(64, 64, seed: 50 + UInt64(index))
      found = try LinearRun(
        recipe, .float32(inputs), .float32(weight), found, step: UInt64(index)
      ).dx
    }
    return part(Numbers.doubles(found), exact)
  }

  /// A step is 1/127 of the largest of 1024 normal values, 3.24 / 127 = 0.0255 deviations. Truncation
  /// takes half of it from each value, E|x| · 0.0255 / 2 = 1.0 % of the gradient in a layer, and
  /// 1 − 0.99⁸ = 8 % in all; the largest of a block varies by a tenth, and so does what is lost, over 8
  /// layers of 4 blocks together by far less: two hundredths are allowed. What rounds at random has the
  /// noise of 8 layers with 4096 values each, about 0.1 %.
  @Test func truncationShrinksItLayerByLayer() throws {
    let (right, wrong) = (try left(.jetfire), try left(.jetfireTruncating))
    print("jetfire: after 8 layers \(right) of the gradient is left, truncated \(wrong)")
    #expect(abs(right - 1) < 0.01)
    #expect(abs(wrong - 0.92) < 0.02)
  }
}
