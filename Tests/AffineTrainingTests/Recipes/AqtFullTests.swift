import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Backward, codes of the forward pass are quantized again and their scales go to the gradient.
@Suite struct AqtFullTests {
  private let m = 300, n = 40, k = 70

  /// Values that give every row one scale, a power of two: 127.5 times it is the largest of each row.
  private func evenScales(_ matrix: Matrix<Float>, _ scale: Float) -> Matrix<Float> {
    matrix.map { row, column, value in
      column == row % matrix.shape.columns ? 127.5 * scale : min(max(value, -100), 100) * scale
    }
  }

  /// A gradient that no random number changes, also when rows of equal scales have multiplied it.
  private var layer: Layer {
    Layer(m, n, k)
      .replacing(input: evenScales(Numbers.normal(m, k, seed: 1).map { 30 * $2 }, 0x1p-5))
      .replacing(weight: evenScales(Numbers.normal(n, k, seed: 2).map { 30 * $2 }, 0x1p-8))
      .replacing(gradient: AqtTests.exactGradient(m, n))
  }

  @Test func scalesAreFoldedAndCodesQuantizedAgain() throws {
    let run = try layer.run(.aqtFull)
    let (x, w) = (
      Coded.symmetric(layer.x, .row, divisor: 127.5), Coded.symmetric(layer.w, .row, divisor: 127.5)
    )
    let y = Table.forward(x.table, w.table)
    #expect(excess(run.output, over: y, roundings: roundings(slices: 1)) <= 1)

    let folded = layer.g.map { $2 * w.scales[$1 * k] }
    let dx = Table.inputGradient(
      AqtTests.halfStep(folded, .row), AqtTests.halfStep(w.numbers, .column))
    #expect(excess(run.dx, over: dx, roundings: roundings(slices: 1)) <= 1)

    // Scales for every 256 rows: 300 rows have two.
    let byToken = layer.g.map { $2 * x.scales[$0 * k] }
    let dw = Table.weightGradient(
      AqtTests.halfStep(byToken, .columnSlice(256)), AqtTests.halfStep(x.numbers, .columnSlice(256))
    )
    #expect(excess(run.dw, over: dw, roundings: roundings(slices: 2)) <= 1)
    let whole = Table.weightGradient(
      AqtTests.halfStep(byToken, .column), AqtTests.halfStep(x.numbers, .column))
    #expect(excess(run.dw, over: whole, roundings: roundings(slices: 2)) > 1)
    #expect(run.savedBytes == m * k + 4 * m + n * k + 4 * n)
  }

  /// Of a gradient that is rounded at random, the mean is that of its values.
  @Test func gradientsAreUnbiased() throws {
    let layer = Layer(40, 23, 70)
    let (x, w) = (
      Coded.symmetric(layer.x, .row, divisor: 127.5), Coded.symmetric(layer.w, .row, divisor: 127.5)
    )
    let folded = AqtTests.cut(layer.g.map { $2 * w.scales[$1 * 70] }, .row)
    let byToken = AqtTests.cut(layer.g.map { $2 * x.scales[$0 * 70] }, .column)
    let dx = Table.inputGradient(Table(folded), AqtTests.halfStep(w.numbers, .column))
    let dw = Table.weightGradient(Table(byToken), AqtTests.halfStep(x.numbers, .column))
    let one = try layer.run(.aqtFull)
    let mean = try meanGradients(layer, .aqtFull)
    for (draw, mean, exact) in [(one.dx, mean.dx, dx), (one.dw, mean.dw, dw)] {
      let exact = exact.values.values
      let single = Numbers.relativeError(Numbers.doubles(draw), exact)
      let error = Numbers.relativeError(mean, exact)
      print("aqt-full: one draw of a gradient \(single), mean of 200 \(error)")
      #expect(error <= 1.25 * single / 200.0.squareRoot() && error <= 0.002)
    }
  }

  /// With one slice as long as the sum, local scales are those of whole columns.
  @Test func slicesOfEverythingAreNoSlices() throws {
    func slices(_ size: Int?) throws -> Matrix<Float> {
      let plan = CodePlan(size.map { .slices(of: $0) } ?? .vector, scale: .halfStep)
      return try layer.run(
        .aqtFull.with {
          $0.weightGradient = ProductPlan(.codes(plan.stochastic), .requantizedForwardCodes(plan))
        }
      ).dw
    }
    #expect(try slices(300) == slices(nil))
    #expect(try slices(1024) == slices(nil))
  }

  /// Rows of very different size: the more slices, the smaller the error.
  @Test func slicesTameOutliersAlongTokens() throws {
    let large = Layer.large
    let g = large.g.map { row, _, value in row % 128 == 0 ? 50 * value : value }
    let spiky = large.replacing(gradient: g)
    let exact = try spiky.run(.float32).dw
    // Of the tokens without outliers; theirs drown the sum.
    let errors = try [512, 128, 32, 8].map { size in
      let plan = CodePlan(.slices(of: size), scale: .halfStep)
      let recipe = Recipe.int8MixedPrecision.with {
        $0.weightGradient = ProductPlan(.codes(plan), .codes(plan))
      }
      return Numbers.relativeError(try spiky.run(recipe).dw, exact)
    }
    print("weight gradient with outlier tokens, slices of 512, 128, 32, 8: \(errors)")
    #expect(zip(errors, errors.dropFirst()).allSatisfy(>=))
  }
}

extension CodePlan {
  init(_ granularity: Granularity, scale: Scale) {
    self.init(.signed(bits: 8), granularity, scale: scale)
  }
}
