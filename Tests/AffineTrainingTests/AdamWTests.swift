import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct AdamWTests {
  /// The update, in `Double`, by the paper's algorithm 2.
  @Test func followsTheDefinition() throws {
    let shape = Shape(3, 5)
    var optimizer = try AdamW(shape: shape)
    var parameters = Samples.matrix(3, 5, seed: 1)
    var (p, m, v) = (
      parameters.values.array.map(Double.init), [Double](repeating: 0, count: 15),
      [Double](repeating: 0, count: 15)
    )
    for step in 1...4 {
      let gradient = Samples.matrix(3, 5, seed: UInt64(step + 10))
      parameters = try optimizer.update(parameters, gradient: gradient)
      var (b1, b2) = (1.0, 1.0)
      for _ in 0..<step {
        b1 *= Double(Float(0.9))
        b2 *= Double(Float(0.999))
      }
      for index in 0..<15 {
        let g = Double(gradient.values[index])
        m[index] = Double(Float(0.9)) * m[index] + (1 - Double(Float(0.9))) * g
        v[index] = Double(Float(0.999)) * v[index] + (1 - Double(Float(0.999))) * g * g
        p[index] *= 1 - Double(Float(1e-3) * Float(1e-2))
        p[index] -= 1e-3 * (m[index] / (1 - b1)) / ((v[index] / (1 - b2)).squareRoot() + 1e-8)
        // A step moves by about 1e-3; 1 − β₂ is rounded to 24 bits, 2⁻¹⁴ of itself, and v with it.
        #expect(
          abs(Double(parameters.values[index]) - p[index]) < 1e-3 * 0x1p-12 + abs(p[index])
            * 0x1p-22)
      }
    }
  }

  @Test func eightBitStatesTakeAQuarterOfTheBytesAndMoveAlike() throws {
    let shape = Shape(4, 512)
    var full = try AdamW(shape: shape),
      small = try AdamW(shape: shape, moments: .dynamic8(group: 256))
    #expect(full.stateBytes == 4 * 512 * 8)
    #expect(small.stateBytes == 2 * (4 * 512 + 4 * 2 * 4))
    let start = Samples.matrix(4, 512), gradient = Samples.matrix(4, 512, seed: 9)
    let a = try full.update(start, gradient: gradient),
      b = try small.update(start, gradient: gradient)
    // The first step is computed from float moments: the states are rounded after it.
    #expect(a == b)
    let c = try full.update(a, gradient: gradient), d = try small.update(b, gradient: gradient)
    #expect(c != d)
    let difference = zip(c.values.array, d.values.array).map { abs($0 - $1) }.max() ?? 0
    // Nobody moves further than a learning rate or so, whatever the rounding.
    #expect(difference < 2e-3)
  }

  @Test func shapesMustAgree() throws {
    var optimizer = try AdamW(shape: Shape(2, 3))
    #expect(throws: QuantizationError.self) {
      try optimizer.update(Samples.matrix(2, 3), gradient: Samples.matrix(3, 2))
    }
    #expect(throws: QuantizationError.self) {
      try AdamW(shape: Shape(2, 3), moments: .dynamic8(group: 0))
    }
    for shape in [Shape(-1, 2), Shape(-1, -1), Shape(1 << 40, 1 << 40), Shape(1 << 62, 0)] {
      let error = QuantizationError.shape(.invalid(rows: shape.rows, columns: shape.columns))
      for format in MomentFormat.all {
        #expect(throws: error) { try AdamW(shape: shape, moments: format) }
        #expect(throws: error) { try SGD(shape: shape, moments: format) }
      }
    }
  }
}
