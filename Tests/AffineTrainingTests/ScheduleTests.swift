import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct ScheduleTests {
  @Test func learningRatesRiseAndFall() {
    let cosine = LearningRateSchedule(peak: 2, warmUp: 4, steps: 12, finalFraction: 0.1)
    #expect((0..<4).map { cosine(step: $0) } == [0.5, 1, 1.5, 2])
    #expect(cosine(step: 4) == 2)
    // Halfway: the mean of the peak and its tenth.
    #expect(abs(cosine(step: 8) - 1.1) < 1e-6)
    #expect(abs(cosine(step: 12) - 0.2) < 1e-6 && cosine(step: 1000) == cosine(step: 12))
    // A sixth of the fall: the cosine of 30 degrees.
    let other = LearningRateSchedule(peak: 1, steps: 12, finalFraction: 0)
    #expect(abs(other(step: 2) - Float((1 + 0.75.squareRoot()) / 2)) < 1e-7)
    let linear = LearningRateSchedule(peak: 1, decay: .linear, steps: 10, finalFraction: 0)
    #expect(linear(step: 5) == 0.5 && linear(step: 10) == 0)
    #expect(LearningRateSchedule.constant(0.25)(step: 1 << 40) == 0.25)
  }

  @Test func gradientsAreClippedByTheirCommonNorm() {
    let gradients: [Matrix<Float>?] = [
      Samples.matrix(70, 300), nil, Samples.matrix(1, 33, seed: 2),
    ]
    let squares = gradients.compactMap { $0?.values.array }.joined().reduce(0.0) {
      $0 + Double($1) * Double($1)
    }
    let norms = [Execution(threads: 1, instructionSet: .portable), .threads(1), .threads(3)].map {
      GradientClipping.norm(gradients, on: $0)
    }
    #expect(Set(norms).count == 1)
    // 21 000 sums in double.
    #expect(abs(norms[0] - squares.squareRoot()) < norms[0] * 21_000 * 0x1p-53)
    var clipped = gradients
    #expect(GradientClipping(largestNorm: 2).clip(&clipped) == norms[0])
    #expect(abs(GradientClipping.norm(clipped) - 2) < 2 * 0x1p-22)
    #expect(clipped[1] == nil)
    var untouched = gradients
    #expect(GradientClipping(largestNorm: 1e6).clip(&untouched) == norms[0])
    #expect(untouched == gradients)
    var infinite: [Matrix<Float>?] = [Matrix(rows: 1, columns: 2) { _, _ in .infinity }]
    #expect(GradientClipping(largestNorm: 1).clip(&infinite) == .infinity)
  }

  @Test func halvesAreAddedAsFloats() throws {
    let (a, b) = (Samples.matrix(5, 70), Samples.matrix(5, 70, seed: 2))
    let first = GradientFormat.bfloat16.round(a)
    guard case .bfloat16(let sum) = try GradientFormat.bfloat16.sum(first, b) else {
      Issue.record("another format")
      return
    }
    for index in 0..<350 {
      let expected = BFloat16(Float(BFloat16(a.values[index])) + b.values[index])
      #expect(sum.values[index] == expected)
    }
    #expect(throws: ShapeError.self) { try GradientFormat.float32.sum(first, Samples.matrix(5, 7)) }
  }
}
