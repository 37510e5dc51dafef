import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct AqtTests {
  let layer = Layer()

  static func halfStep(_ x: Matrix<Float>, _ shared: Coded.Cut) -> Table {
    Coded.symmetric(x, shared, divisor: 127.5).table
  }

  /// What lies beyond the last code is cut to it whatever is drawn, so that it is a part of the mean.
  static func cut(_ x: Matrix<Float>, _ shared: Coded.Cut) -> Matrix<Float> {
    let scales = Coded.symmetric(x, shared, divisor: 127.5).scales
    return x.map { row, column, value in
      let last = 127 * scales[row * x.shape.columns + column]
      return min(max(value, -last), last)
    }
  }

  /// Even numbers and a 255 in every row: the scale is 2 and all quotients but the largest are whole, so
  /// that rounding at random has nothing to choose; the largest is cut to 127.
  static func exactGradient(_ rows: Int, _ columns: Int, seed: UInt64 = 4) -> Matrix<Float> {
    Numbers.normal(rows, columns, seed: seed).map { row, column, value in
      column == row % columns ? 255 : 2 * min(max((30 * value).rounded(), -126), 126)
    }
  }

  @Test func productsAreThoseOfTheCodes() throws {
    let g = Self.exactGradient(40, 23)
    let run = try layer.replacing(gradient: g).run(.aqt)
    let y = Table.forward(Self.halfStep(layer.x, .row), Self.halfStep(layer.w, .row))
    let dx = Table.inputGradient(Self.halfStep(g, .row), Self.halfStep(layer.w, .column))
    #expect(excess(run.output, over: y, roundings: roundings(slices: 1)) <= 1)
    #expect(excess(run.dx, over: dx, roundings: roundings(slices: 1)) <= 1)
    // The oracle's codes of such a gradient are its halves, and 127 for 127.5.
    #expect(Self.halfStep(g, .row)[0, 0] == 254)
    #expect(run.dw == (try weightGradient(g, layer.x)))
    #expect(run.savedBytes == 4 * 40 * 70)
  }

  /// The largest value lies half a step beyond the last code: it comes back as 127 / 127.5 of itself.
  @Test func theLargestValueIsCut() throws {
    let x = Matrix<Float>(rows: 2, columns: 3) { row, column in
      column == 1 ? (row == 0 ? 51 : -51) : 0
    }
    let identity = Matrix<Float>(rows: 3, columns: 3) { $0 == $1 ? 255 : 0 }
    let run = try LinearRun(.aqt, x, identity, .zeros(2, 3))
    // Both scales are whole tenths or units: 51 / 127.5 = 0.4 and 255 / 127.5 = 2.
    let expected = Float(127 * 127) * (0.4 * 2)
    #expect(run.output[0, 1] == expected && run.output[1, 1] == -expected)
    #expect(run.output[0, 0] == 0 && run.output[1, 2] == 0)
    let torchao = try LinearRun(.int8MixedPrecision, x, identity, .zeros(2, 3))
    #expect(abs(torchao.output[0, 1] / (51 * 255) - 1) < 1e-6)
  }

  /// A draw of the gradient's codes errs by √(1/6) of a step at most in the mean square; the mean of 200
  /// by 1/√200 of it.
  @Test func theInputGradientIsUnbiased() throws {
    let w = Coded.symmetric(layer.w, .column, divisor: 127.5)
    let cut = Self.cut(layer.g, .row)
    let expected = Table.inputGradient(Table(cut), w.table).values.values
    let one = Numbers.relativeError(Numbers.doubles(try layer.run(.aqt).dx), expected)
    let mean = Numbers.relativeError(try meanGradients(layer, .aqt).dx, expected)
    print("aqt: input gradient of one draw \(one), mean of 200 \(mean)")
    #expect(mean <= 1.25 * one / 200.0.squareRoot())
    #expect(mean <= 0.002)
  }
}
