import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct SGDTests {
  @Test func followsTheDefinition() throws {
    var optimizer = try SGD(shape: Shape(3, 5))
    optimizer.weightDecay = 0.1
    var parameters = Samples.matrix(3, 5)
    var p = parameters.values.array.map(Double.init)
    var m = [Double](repeating: 0, count: 15)
    for step in 1...5 {
      let gradient = Samples.matrix(3, 5, seed: UInt64(step + 10))
      try optimizer.move(&parameters, gradient: gradient)
      for index in 0..<15 {
        m[index] = 0.9 * m[index] + Double(gradient.values[index])
        p[index] = p[index] * (1 - 1e-2 * 0.1) - 1e-2 * m[index]
        // Five steps of four roundings each, of numbers below 100.
        #expect(abs(Double(parameters.values[index]) - p[index]) < 100 * 20 * 0x1p-24)
      }
    }
    #expect(optimizer.step == 5)
  }
}
