import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct BitNetTests {
  private let m = 40, n = 23, k = 70
  let layer = Layer()

  /// The scale is the mean magnitude; a weight within half of it is 0.
  static func ternary(_ w: Matrix<Float>) -> Coded {
    let mean = w.values.array.reduce(0.0) { $0 + abs(Double($1)) } / Double(w.shape.count)
    return Coded.fixed(w, scale: max(Float(mean), 1e-5), -1...1)
  }

  @Test func productsAreThoseOfTheCodes() throws {
    let run = try layer.run(.bitNet)
    let (x, w) = (Coded.symmetric(layer.x, .row).table, Self.ternary(layer.w))
    #expect(Set(w.codes) == [-1, 0, 1])
    #expect(
      excess(run.output, over: Table.forward(x, w.table), roundings: roundings(slices: 1)) <= 1)
    let g = Table(layer.g)
    // Straight through: no gradient is masked, and none of it is in codes.
    let (dx, dw) = (Table.inputGradient(g, w.table), Table.weightGradient(g, x))
    #expect(excess(run.dx, over: dx, roundings: roundings(depth: n)) <= 1)
    #expect(excess(run.dw, over: dw, roundings: roundings(depth: m)) <= 1)
    #expect(run.savedBytes == m * k + 4 * m + n * ((2 * k + 7) / 8) + 4)
  }

  /// 1, ½ and the like of the mean: where codes change.
  @Test func codesChangeAtHalfTheMean() throws {
    // Mean magnitude 1: thrice 0, 0.49, 0.5, 0.51, −0.49, −0.51, −3, 2.5 and what is missing to 11.
    let values: [Float] = [0, 0, 0, 0.49, 0.5, 0.51, -0.49, -0.51, -3, 2.5, 3]
    let w = try Matrix(Shape(11, 1), values)
    let x = Matrix<Float>.single(127)
    let run = try LinearRun(.bitNet, x, w, .zeros(1, 11))
    #expect(
      run.output.values.array.map { ($0 / 127).rounded() } == [0, 0, 0, 0, 0, 1, 0, -1, -1, 1, 1])
  }

  @Test func aWeightOfZerosHasAScale() throws {
    let run = try layer.replacing(weight: .zeros(n, k)).run(.bitNet)
    #expect(run.output == .zeros(m, n) && run.dx == .zeros(m, k) && run.isFinite)
    #expect(run.dw != .zeros(n, k))
  }
}
