import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct LeverageSamplingTests {
  /// Rows of a batch, and the gradient of a linear layer whose weight is off: `X · dᵀ`, with noise.
  static let rows = 1024
  let x = Numbers.normal(rows, 8, seed: 1)
  let g: Matrix<Float>

  init() {
    let (d, noise) = (Numbers.normal(8, 8, seed: 2), Numbers.normal(Self.rows, 8, seed: 3))
    let x = x
    g = Matrix(rows: Self.rows, columns: 8) { row, column in
      (0..<8).reduce(noise[row, column]) { $0 + x[row, $1] * d[column, $1] }
    }
  }

  @Test func probabilitiesFillLikeWater() throws {
    // 10 of 4 rows: all. 3 of 4: the largest is full, then the next, and the rest share one.
    #expect(try LeverageSampling.probabilities(of: [1, 2, 3, 4], budget: 10) == [1, 1, 1, 1])
    #expect(
      try LeverageSampling.probabilities(of: [1, 1, 1, 1], budget: 2) == [0.5, 0.5, 0.5, 0.5])
    let filled = try LeverageSampling.probabilities(of: [1, 1, 8, 100], budget: 2.5)
    #expect(filled == [0.25, 0.25, 1, 1])
    #expect(try LeverageSampling.probabilities(of: [0, 3, 0, 1], budget: 3) == [0, 1, 0, 1])
    #expect(try LeverageSampling.probabilities(of: [0, 0], budget: 1) == [0, 0])
    #expect(try LeverageSampling.probabilities(of: [], budget: 1).isEmpty)
    let huge = try LeverageSampling.probabilities(of: [1e308, 1e308, 1e308], budget: 1.5)
    #expect(huge == [0.5, 0.5, 0.5])
    var random = SplitMix64(seed: 4)
    for budget in [0.0, 0.5, 1, 40, 99.5] {
      let scores = (0..<100).map { _ in Double.random(in: 0...1, using: &random) }
      let found = try LeverageSampling.probabilities(of: scores, budget: budget)
      #expect(abs(found.reduce(0, +) - budget) < 1e-9)
      #expect(found.allSatisfy { $0 >= 0 && $0 <= 1 })
      // In proportion below 1.
      let open = found.indices.filter { found[$0] < 1 }
      for row in open {
        #expect(abs(found[row] * scores[open[0]] - found[open[0]] * scores[row]) < 1e-9)
      }
    }
  }

  @Test func drawsDependOnSeedAndStepAlone() throws {
    let scores = LeverageSampling.inputGradientScores(g)
    let draw = try LeverageSampling(scores: scores, budget: 512, seed: 1)
    #expect(draw == (try LeverageSampling(scores: scores, budget: 512, seed: 1)))
    #expect(draw.rows != (try LeverageSampling(scores: scores, budget: 512, seed: 2)).rows)
    #expect(
      draw.rows != (try LeverageSampling(scores: scores, budget: 512, seed: 1, step: 1)).rows)
    #expect(draw.weights.allSatisfy { $0 >= 1 })
    for (place, row) in draw.rows.enumerated() {
      #expect(draw.weights[place] == Float(1 / draw.probabilities[row]))
    }
    let kept = try draw.gathered(g), weighted = try draw.weighted(g)
    for (place, row) in draw.rows.enumerated() {
      #expect(kept[place, 3] == g[row, 3])
      #expect(weighted[place, 3] == g[row, 3] * draw.weights[place])
    }
  }

  /// Half of the halves are kept, and the mean of the products is the product.
  @Test func theWeightGradientIsUnbiased() throws {
    let split = try BitSplit(g, seed: 7)
    let halves = split.stacked()
    let twice = Matrix<Float>(rows: 2 * Self.rows, columns: 8) { x[$0 % Self.rows, $1] }
    let exact = Numbers.productOfColumns(halves, twice)
    let scores = try LeverageSampling.weightGradientScores(halves, twice)
    let draws = 200
    var mean = [Double](repeating: 0, count: exact.count)
    for step in 0..<draws {
      let draw = try LeverageSampling(
        scores: scores, budget: Double(Self.rows), seed: 9, step: UInt64(step))
      // 4 deviations of a sum of Bernoulli numbers, whose variance is below its mean.
      #expect(abs(draw.rows.count - Self.rows) <= 4 * 32)
      let product = try Numbers.productOfColumns(draw.weighted(halves), draw.gathered(twice))
      for index in mean.indices { mean[index] += product[index] / Double(draws) }
    }
    let error = Numbers.relativeError(mean, exact)
    // The variance of a draw is Σ (1/p − 1) · score²; chance may add a third.
    let draw = try LeverageSampling(scores: scores, budget: Double(Self.rows), seed: 9)
    let variance = zip(draw.probabilities, scores).reduce(0.0) { $0 + (1 / $1.0 - 1) * $1.1 * $1.1 }
    let norm = exact.reduce(0) { $0 + $1 * $1 }
    #expect(error <= 1.33 * (variance / Double(draws) / norm).squareRoot())
    #expect(error <= 0.005)
  }

  @Test func theInputGradientIsUnbiased() throws {
    let halves = try BitSplit(g, seed: 7).stacked()
    let scores = LeverageSampling.inputGradientScores(halves)
    let draws = 400
    var mean = [Double](repeating: 0, count: halves.shape.count)
    for step in 0..<draws {
      let draw = try LeverageSampling(
        scores: scores, budget: Double(Self.rows), seed: 9, step: UInt64(step))
      let weighted = try draw.weighted(halves)
      for (place, row) in draw.rows.enumerated() {
        for column in 0..<8 { mean[row * 8 + column] += Double(weighted[place, column]) }
      }
    }
    // A row errs by √((1/p − 1) / draws) of itself; 5 of these for the rows.
    let draw = try LeverageSampling(scores: scores, budget: Double(Self.rows), seed: 9)
    for row in 0..<2 * Self.rows {
      let p = draw.probabilities[row]
      let bound = 5 * ((1 / p - 1) / Double(draws)).squareRoot() + 1e-6
      for column in 0..<8 {
        let exact = Double(halves[row, column])
        #expect(abs(mean[row * 8 + column] / Double(draws) - exact) <= bound * abs(exact))
      }
    }
  }

  @Test func moreRowsAreLessNoise() throws {
    let exact = Numbers.productOfColumns(g, x)
    let scores = try LeverageSampling.weightGradientScores(g, x)
    let errors = try [64.0, 128, 256, 1024].map { budget in
      try (0..<20).reduce(0.0) { sum, step in
        let draw = try LeverageSampling(scores: scores, budget: budget, seed: 1, step: UInt64(step))
        let product = try Numbers.productOfColumns(draw.weighted(g), draw.gathered(x))
        return sum + Numbers.relativeError(product, exact)
      }
    }
    #expect(zip(errors, errors.dropFirst()).allSatisfy(>))
    #expect(errors[3] < 1e-6)
  }

  @Test func whatCannotBeDrawnIsNamed() {
    #expect(throws: SamplingError.invalidScore(-1, row: 1)) {
      try LeverageSampling(scores: [1, -1], budget: 1, seed: 1)
    }
    #expect(throws: SamplingError.invalidScore(.infinity, row: 0)) {
      try LeverageSampling(scores: [.infinity], budget: 1, seed: 1)
    }
    #expect(throws: SamplingError.invalidBudget(-1)) {
      try LeverageSampling(scores: [1], budget: -1, seed: 1)
    }
    #expect(throws: ShapeError.mismatchedExtent(axis: "rows", lhs: 1024, rhs: 3)) {
      try LeverageSampling.weightGradientScores(g, Samples.matrix(3, 4))
    }
  }
}
