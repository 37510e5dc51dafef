import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct Int4Tests {
  private let m = 40, n = 23, k = 48
  private let steps: (input: Float, weight: Float) = (0.5, 0x1p-4)
  private let unsampled = Recipe.int4.with { $0.sampledProducts = [] }
  private let sampled = Recipe.int4.with {
    $0.sampledProducts = [.inputGradient, .weightGradient]
  }

  /// Whole numbers, of which sums of 16 and their fourths are exact; the gradient has one of 90, so that
  /// a step is 1 and no random number changes it.
  private var layer: Layer {
    let normal = Layer(m, n, k)
    return normal.replacing(input: normal.x.map { (2 * $2).rounded() })
      .replacing(weight: normal.w.map { ($2 * 32).rounded() / 16 })
      .replacing(
        gradient: normal.g.map { row, column, value in
          row == 1 && column == 2 ? 90 : min(max((value * 2000).rounded(), -90), 90)
        })
  }

  /// Times ±¼ in blocks of 16: negative where both indices share an odd number of bits.
  private func turned(_ table: Table, magnitudes: Bool = false) -> Table {
    Table(table.rows, table.columns) { row, column in
      (column / 16 * 16..<column / 16 * 16 + 16).reduce(0.0) { sum, other in
        let isOdd = ((column % 16) & (other % 16)).nonzeroBitCount % 2 == 1
        return sum + (isOdd && !magnitudes ? -0.25 : 0.25) * table[row, other]
      }
    }
  }

  private func turned(_ matrix: Matrix<Float>) -> Matrix<Float> {
    let table = turned(Table(matrix))
    return Matrix(rows: table.rows, columns: table.columns) { Float(table[$0, $1]) }
  }

  private var x: Coded { Coded.fixed(turned(layer.x), scale: steps.input, -8...7) }
  private var w: Coded { Coded.fixed(turned(layer.w), scale: steps.weight, -8...7) }

  /// Gradients of what was turned: nothing beyond the last codes, also where rounding takes it back.
  private func masked(_ sums: Table.Sums, _ values: Matrix<Float>, _ step: Float) -> Table.Sums {
    let turned = turned(values)
    return sums.map { row, column, value in
      let v = turned[row, column] / step
      return v >= -8 && v <= 7 ? value : 0
    }
  }

  private func clipped(_ values: Matrix<Float>, _ step: Float) -> Int {
    turned(values).values.array.count { $0 / step < -8 || $0 / step > 7 }
  }

  private func turnedBack(_ sums: Table.Sums) -> Table.Sums {
    Table.Sums(values: turned(sums.values), magnitudes: turned(sums.magnitudes, magnitudes: true))
  }

  @Test func productsAreThoseOfTheCodes() throws {
    let run = try layer.run(unsampled, steps: steps)
    let y = Table.forward(x.table, w.table)
    #expect(excess(run.output, over: y, roundings: roundings(slices: 1)) <= 1)
    let g = Table(layer.g)
    let dx = masked(Table.inputGradient(g, w.table), layer.x, steps.input)
    let dw = masked(Table.weightGradient(g, x.table), layer.w, steps.weight)
    // Two products of whole numbers, their sum, four more sums and a factor.
    #expect(excess(run.dx, over: turnedBack(dx), roundings: 2 * roundings(slices: 1) + 6) <= 1)
    #expect(excess(run.dw, over: turnedBack(dw), roundings: 2 * roundings(slices: 1) + 6) <= 1)
    #expect(x.isCut.contains(true) && w.isCut.contains(true))
    // Inputs stay values, since trained steps need them; places beyond the last codes are kept too.
    let places = 8 * (clipped(layer.x, steps.input) + clipped(layer.w, steps.weight))
    #expect(run.savedBytes == 4 * m * k + n * k / 2 + 4 + places)
  }

  /// The derivative of ΣG∘Y by each step, with rounding taken for the constant shift that it is here.
  @Test func stepsFollowTheStraightThroughSurrogate() throws {
    let run = try layer.run(unsampled, steps: steps)
    let (xs, ws) = (Table(turned(layer.x)), Table(turned(layer.w)))
    func values(_ table: Table, _ step: Double, from start: Double) -> Table {
      table.map { _, _, x in
        let v = x / start
        return v < -8 ? -8 * step : v > 7 ? 7 * step : x + step * (v.rounded(.toNearestOrEven) - v)
      }
    }
    func loss(_ inputStep: Double, _ weightStep: Double) -> Double {
      let y = Table.forward(
        values(xs, inputStep, from: Double(steps.input)),
        values(ws, weightStep, from: Double(steps.weight)))
      return zip(y.values.values, layer.g.values.array).reduce(0.0) { $0 + $1.0 * Double($1.1) }
    }
    let (a, b) = (Double(steps.input), Double(steps.weight))
    let (da, db) = (a * 1e-4, b * 1e-4)
    let input = (loss(a + da, b) - loss(a - da, b)) / (2 * da) / (7.0 * Double(m * k)).squareRoot()
    let weight = (loss(a, b + db) - loss(a, b - db)) / (2 * db) / (7.0 * Double(n * k)).squareRoot()
    print(
      "int4: step gradients \(run.inputStep ?? 0) of \(input), \(run.weightStep ?? 0) of \(weight)")
    #expect(abs(Double(run.inputStep ?? .nan) - input) <= 1e-3 * abs(input))
    #expect(abs(Double(run.weightStep ?? .nan) - weight) <= 1e-3 * abs(weight))
  }

  /// Steps that were not trained yet, or that nobody keeps, are 2 · mean|X · H| / √7.
  @Test func unknownStepsFitTheirTensors() throws {
    func fitting(_ values: Matrix<Float>) -> Float {
      let sum = turned(values).values.array.reduce(0.0) { $0 + abs(Double($1)) }
      return Float(2 * sum / Double(values.shape.count) / 7.0.squareRoot()) + 1e-10
    }
    let known = try layer.run(.int4, steps: (fitting(layer.x), fitting(layer.w)))
    #expect(try layer.run(.int4, steps: (0, 0)).isIdentical(to: known))
    let tape = Tape()
    let y = try tape.linear(
      tape.input(.float32(layer.x)), tape.input(.float32(layer.w)), recipe: .int4)
    #expect(y.value.floats() == known.output)
  }

  /// A loss whose weight is off by `d` has a gradient that depends on the inputs.
  private var noisy: Layer {
    let (x, d, noise) = (
      Numbers.normal(256, 32, seed: 1), Numbers.normal(16, 32, seed: 2),
      Numbers.normal(256, 16, seed: 3)
    )
    let g = Table.forward(Table(x), Table(d)).values
    return Layer(256, 16, 32, seed: 1)
      .replacing(gradient: noise.map { $2 + Float(g[$0, $1]) })
  }

  /// What both halves, and rows that are kept with their probabilities, are in the mean.
  @Test func sampledGradientsAreUnbiased() throws {
    let layer = noisy
    let steps = (input: Float(0.6), weight: Float(0.6 / 8))
    // The same without sampling, of 200 splits: its own error is far smaller.
    let exact = try meanGradients(layer, unsampled, draws: 64, steps: steps)
    let one = try layer.run(sampled, steps: steps)
    let single = (
      Numbers.relativeError(Numbers.doubles(one.dx), exact.dx),
      Numbers.relativeError(Numbers.doubles(one.dw), exact.dw)
    )
    let draws = 2000
    let mean = try meanGradients(layer, sampled, draws: draws, steps: steps)
    let errors = (
      Numbers.relativeError(mean.dx, exact.dx), Numbers.relativeError(mean.dw, exact.dw)
    )
    print("int4: one draw of the gradients \(single), mean of 2000 \(errors)")
    // Without a bias the error falls with the root of the draws; with one it would stay.
    let root = Double(draws).squareRoot()
    #expect(errors.0 <= 1.25 * single.0 / root && errors.1 <= 1.25 * single.1 / root)
    #expect(errors.1 <= 0.005)
  }
}
