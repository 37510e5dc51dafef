import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct BannerTests {
  private let m = 40, n = 23, k = 70
  let layer = Layer()

  /// Unsigned codes whose range is the mean of the ranges of 16 parts of the rows.
  static func averaged(_ x: Matrix<Float>) -> Coded {
    let (rows, columns) = (x.shape.rows, x.shape.columns)
    let parts = min(rows, 16)
    var (low, high) = (0.0, 0.0)
    for part in 0..<parts {
      let values = (rows * part / parts..<rows * (part + 1) / parts).flatMap { row in
        (0..<columns).map { Double(x[row, $0]) }
      }
      low += (values.min() ?? 0) / Double(parts)
      high += (values.max() ?? 0) / Double(parts)
    }
    // The averages are kept as floats.
    let (least, most) = (min(Double(Float(low)), 0), max(Double(Float(high)), 0))
    let scale = max((most - least) / 255, 1e-8)
    let zero = Float(min(max((-least / scale).rounded(.toNearestOrEven), 0), 255))
    return Coded.fixed(x, scale: Float(scale), -zero...255 - zero)
  }

  /// Whole numbers from −127 to 128: the scale is 1, and no random number changes them.
  private var exactGradient: Matrix<Float> {
    Numbers.normal(m, n, seed: 4).map { row, column, value in
      if row == 0, column < 2 { return column == 0 ? -127 : 128 }
      return min(max((30 * value).rounded(), -127), 128)
    }
  }

  @Test func productsAreThoseOfTheCodes() throws {
    let run = try layer.replacing(gradient: exactGradient).run(.banner)
    let x = Self.averaged(layer.x).table
    let w = Coded.asymmetric(layer.w, .all, 0...255).table
    let g = Table(exactGradient)
    let found = [
      excess(run.output, over: Table.forward(x, w), roundings: roundings(slices: 1)),
      excess(run.dx, over: Table.inputGradient(g, w), roundings: roundings(slices: 1)),
      excess(run.dw, over: Table.weightGradient(g, x), roundings: roundings(depth: m)),
    ]
    print("banner: \(found) of the roundings' bounds")
    #expect(found.allSatisfy { $0 <= 1 })
    #expect(run.savedBytes == m * k + 6 + n * k + 6)
  }

  /// The gradient has all its bits where the weight is concerned, and no random number.
  @Test func theWeightGradientIsOfTheFloatGradient() throws {
    let dw = Table.weightGradient(Table(layer.g), Self.averaged(layer.x).table)
    let run = try layer.run(.banner)
    #expect(excess(run.dw, over: dw, roundings: roundings(depth: m)) <= 1)
    let values = Self.averaged(layer.x)
    let input = Matrix<Float>(rows: m, columns: k) {
      Float(values.codes[$0 * k + $1]) * values.scales[$0 * k + $1]
    }
    #expect(run.dw == (try weightGradient(layer.g, input)))
    #expect(try layer.run(.banner, step: 1).dw == run.dw)
    #expect(try layer.run(.banner, step: 1).dx != run.dx)
  }

  @Test func theInputGradientIsUnbiased() throws {
    let w = Coded.asymmetric(layer.w, .all, 0...255).table
    let dx = Table.inputGradient(Table(layer.g), w).values.values
    let error = Numbers.relativeError(try meanGradients(layer, .banner).dx, dx)
    print("banner: mean of 200 input gradients \(error)")
    #expect(error <= 0.003)
  }

  /// Zero is a code: a row of zeros stays one, however far the range lies on one side.
  @Test func zeroIsExact() throws {
    let x = layer.x.map { row, _, value in row == 3 ? 0 : abs(value) + 2 }
    let w = layer.w.map { row, _, value in row == 5 ? 0 : -abs(value) - 1 }
    let run = try LinearRun(.banner, x, w, layer.g)
    #expect((0..<n).allSatisfy { run.output[3, $0] == 0 })
    #expect((0..<m).allSatisfy { run.output[$0, 5] == 0 })
    #expect(run.output[0, 0] < 0)
  }
}
