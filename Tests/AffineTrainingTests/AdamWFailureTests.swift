import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct AdamWFailureTests {
  @Test func aFailedStepChangesNothing() throws {
    let shape = Shape(2, 64)
    var optimizer = try AdamW(shape: shape, moments: .dynamic8(group: 32))
    let parameters = Samples.matrix(2, 64), gradient = Samples.matrix(2, 64, seed: 9)
    _ = try optimizer.update(parameters, gradient: gradient)
    var copy = optimizer
    // The first moment is finite, its square is not.
    let tooLarge = Matrix<Float>(rows: 2, columns: 64) { _, _ in 1e30 }
    #expect(throws: QuantizationError.self) {
      try optimizer.update(parameters, gradient: tooLarge)
    }
    #expect(optimizer.step == 1)
    #expect(
      try optimizer.update(parameters, gradient: gradient)
        == copy.update(parameters, gradient: gradient))
  }
}
