import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct QuantizedLinearStepTests {
  let x = Samples.matrix(20, 33, seed: 1)
  let w = Samples.matrix(17, 33, seed: 2)
  let g = Samples.matrix(20, 17, seed: 3)

  /// int8 with a scale a row keeps products of bounded values within a few percent.
  @Test func productsAreCloseToFloat() throws {
    let step = QuantizedLinearStep()
    #expect(relativeError(try step.forward(x, w), try linear(x, w)) < 0.03)
    #expect(relativeError(try step.inputGradient(g, w), try inputGradient(g, w)) < 0.03)
    #expect(relativeError(try step.weightGradient(g, x), try weightGradient(g, x)) < 0.03)
  }

  @Test func extentsMustAgree() {
    #expect(throws: QuantizationError.shape(.mismatchedDepth(lhs: 33, rhs: 17))) {
      try QuantizedLinearStep().forward(x, g)
    }
  }

  private func relativeError(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Float {
    let (a, b) = (a.values.array, b.values.array)
    let noise = zip(a, b).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (noise / b.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }
}
