import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct StableAdamWTests {
  static func norm(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Double {
    zip(a.values.array, b.values.array).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      .squareRoot()
  }

  /// Algorithm 2 of arXiv 2304.13013 in `Double`, with its debiased betas.
  @Test func followsTheDefinition() throws {
    let count = 12
    var optimizer = try AdamW(shape: Shape(3, 4))
    optimizer.clipsUpdate = true
    var parameters = Samples.matrix(3, 4)
    var p = parameters.values.array.map(Double.init)
    var (m, v) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    for step in 1...6 {
      let factor: Float = step == 4 ? 100 : 1
      let base = Samples.matrix(3, 4, seed: UInt64(step))
      let gradient = Matrix<Float>(rows: 3, columns: 4) { base[$0, $1] * factor }
      try optimizer.move(&parameters, gradient: gradient)
      func debiased(_ beta: Double) -> Double {
        let powers = (0...step).map { (0..<$0).reduce(1.0) { power, _ in power * beta } }
        return beta * (1 - powers[step - 1]) / (1 - powers[step])
      }
      let (b1, b2) = (debiased(Double(Float(0.9))), debiased(Double(Float(0.999))))
      var squares = 0.0
      for index in 0..<count {
        let g = Double(gradient.values[index])
        m[index] = b1 * m[index] + (1 - b1) * g
        v[index] = b2 * v[index] + (1 - b2) * g * g
        squares += g * g / max(v[index], 1e-16)
      }
      let rms = (squares / Double(count)).squareRoot()
      let rate = 1e-3 / max(1, rms)
      for index in 0..<count {
        p[index] -= rate * (1e-2 * p[index] + m[index] / (v[index].squareRoot() + 1e-8))
        // As for AdamW: 1 − β₂ is rounded to 24 bits, 2⁻¹⁴ of itself.
        #expect(
          abs(Double(parameters.values[index]) - p[index]) < 1e-3 * 0x1p-11 + abs(p[index])
            * 0x1p-21)
      }
      #expect(abs(Double(optimizer.updateMagnitude) - rms) < rms * 0x1p-12)
    }
  }

  @Test(arguments: [MomentFormat.float32, .bfloat16, .dynamic8(), .float8()])
  func aGradientAHundredTimesAsLargeMovesNoFurther(format: MomentFormat) throws {
    var optimizer = try AdamW(shape: Shape(16, 256), moments: format)
    optimizer.clipsUpdate = true
    var parameters = Samples.matrix(16, 256)
    var lengths: [Double] = []
    for step in 0..<30 {
      let base = Samples.matrix(16, 256, seed: UInt64(step + 7))
      let factor: Float = step == 29 ? 100 : 1
      let gradient = Matrix<Float>(rows: 16, columns: 256) { base[$0, $1] * factor }
      let before = parameters
      try optimizer.move(&parameters, gradient: gradient)
      lengths.append(Self.norm(parameters, before))
    }
    #expect(optimizer.updateMagnitude > 1)
    #expect(lengths[29] <= lengths[28] * 1.5)
  }

  @Test func smallUpdatesAreThoseOfAdamW() throws {
    var stable = try AdamW(shape: Shape(4, 64)), plain = try AdamW(shape: Shape(4, 64))
    stable.clipsUpdate = true
    var (a, b) = (Samples.matrix(4, 64), Samples.matrix(4, 64))
    for step in 0..<20 {
      let base = Samples.matrix(4, 64, seed: 3)
      // Gradients that fall: their squares stay below their mean.
      let factor = 1 / Float(step + 1)
      let gradient = Matrix<Float>(rows: 4, columns: 64) { base[$0, $1] * factor }
      try stable.move(&a, gradient: gradient)
      try plain.move(&b, gradient: gradient)
      // In the first step both are equal, but for rounding.
      #expect(stable.updateMagnitude < 1 + 0x1p-20)
    }
    #expect(zip(a.values.array, b.values.array).allSatisfy { abs($0 - $1) <= 1e-6 })
  }
}
