import AffineDistributed
import AffineQuant

import AffineTraining
import Testing

/// Ranks that divide batches, against one process that has them whole.
@Suite struct DataParallelTests {
  /// Sums of gradients in another order differ by roundings of 2⁻²⁴; AdamW's first steps divide by their
  /// magnitude, so a gradient near zero moves its parameter by up to twice the learning rate of 3e-3 and
  /// the loss by that times its gradient: far below 1e-4 in four steps.
  @Test(arguments: [2, 4, 8]) func ranksHaveTheLossOfOne(_ ranks: Int) throws {
    var run = ParallelRun()
    run.isParallel = false
    let whole = try run.end(steps: 4)
    (run.isParallel, run.ranks) = (true, ranks)
    let parts = try run.end(steps: 4)
    for (loss, expected) in zip(parts.losses, whole.losses) {
      #expect(abs(loss - expected) < 1e-4)
    }
    #expect(parts.records.allSatisfy { $0.curve == parts.records[0].curve })
    #expect(parts.records.allSatisfy { $0.validation == parts.records[0].validation })
  }

  @Test func accumulatedBatchesAreThoseOfOne() throws {
    var run = ParallelRun()
    run.settings.accumulation = 3
    run.isParallel = false
    let whole = try run.end(steps: 3)
    (run.isParallel, run.ranks) = (true, 4)
    for (loss, expected) in zip(try run.end(steps: 3).losses, whole.losses) {
      #expect(abs(loss - expected) < 1e-4)
    }
  }

  /// Also with what rounds at random, and windows that do not halve evenly.
  @Test(arguments: [Recipe.float32, .int8WeightOnly], [1, 3])
  func fixedOrderDoesNotDependOnRanks(_ recipe: Recipe, _ accumulation: Int) throws {
    var run = ParallelRun()
    (run.recipe, run.options.isFixedOrder) = (recipe, true)
    run.settings.accumulation = accumulation
    let alone = try run.end(steps: 3).checkpoint.bits
    for ranks in [2, 4, 8] {
      run.ranks = ranks
      #expect(try run.end(steps: 3).checkpoint.bits == alone, "\(ranks) ranks")
    }
  }

  @Test(arguments: [MomentFormat.float32, .dynamic8()], [Recipe.float32, .int8WeightOnly])
  func shardedMomentsChangeNothing(_ moments: MomentFormat, _ recipe: Recipe) throws {
    var run = ParallelRun()
    run.ranks = 4
    run.recipe = recipe
    run.settings.optimizer.moments = moments
    let whole = try run.end(steps: 4)
    run.options.shardsOptimizer = true
    let parts = try run.end(steps: 4)
    #expect(try parts.checkpoint.bits == whole.checkpoint.bits)
    // Each rank about its part: the largest parameter is a fifth of all.
    #expect(parts.records[0].bytes.optimizer < whole.records[0].bytes.optimizer / 2)
  }

  /// Every rank sends what it moved to all others once, as it lies in memory.
  @Test func parametersTravelAsTheyAre() throws {
    var run = ParallelRun()
    (run.ranks, run.options.shardsOptimizer) = (4, true)
    let end = try run.end(steps: 2)
    let bytes = try run.trainer(nil).model.parameterCount * MemoryLayout<Float>.stride
    let mean = Double(3 * 2 * bytes / 4)
    // The largest parameter is a fifth of all, and no rank has more than that and a quarter.
    #expect(abs(Double(end.traffic.parameterBytes) - mean) <= mean / 2)
    #expect(end.traffic.parameterBytes.isMultiple(of: 3 * 2 * MemoryLayout<Float>.stride))
    let times = end.records[0].times
    #expect(times.passes > .zero && times.coding > .zero && times.optimizer > .zero)
    #expect(times.sharing > .zero && times.waiting > .zero)
  }

  /// Saved by some ranks and resumed by others, as if it had been one process all the time.
  @Test(arguments: [(1, 4), (4, 1), (4, 2), (2, 8)])
  func checkpointsGoOnWithOtherRanks(_ first: Int, _ second: Int) throws {
    var run = ParallelRun()
    (run.options.isFixedOrder, run.options.shardsOptimizer) = (true, true)
    let whole = try run.end(steps: 5)
    run.ranks = first
    let half = try run.end(steps: 2)
    run.ranks = second
    let rest = try run.end(steps: 5, from: half.checkpoint)
    #expect(rest.losses == whole.losses)
    #expect(try rest.checkpoint.bits == whole.checkpoint.bits)
  }

  @Test(arguments: [(ExchangeFormat.float32, 1.0), (.bfloat16, 0.5), (.int8, 0.27)])
  func bytesAreCounted(_ format: ExchangeFormat, _ most: Double) throws {
    var run = ParallelRun()
    (run.ranks, run.options.exchange) = (4, format)
    let traffic = try run.end(steps: 2).traffic
    let parameters = try run.trainer(nil).model.parameterCount
    // Twice three quarters of all gradients leave a rank, and at most one more row of groups each.
    let exact = 2 * 3 * parameters / 4 * 4 * 2
    #expect(
      traffic.float32GradientBytes >= exact
        && Double(traffic.float32GradientBytes) < 1.2 * Double(exact))
    #expect(Double(traffic.gradientBytes) <= most * Double(traffic.float32GradientBytes))
  }

  @Test(arguments: [true, false]) func whatCannotBeDividedIsRefused(_ isFixedOrder: Bool) throws {
    var run = ParallelRun()
    (run.ranks, run.options.isFixedOrder) = (3, isFixedOrder)
    let error = #expect(throws: TrainingError.self) { try run.end(steps: 1) }
    #expect("\(try #require(error))".contains("3"))
  }

  @Test func aGradientThatIsNotFiniteIsNamed() throws {
    let exchange = GradientExchange(SingleProcess(), int8)
    exchange.begin([Shape(2, 300), Shape(3, 5)], step: 0, seed: 0, on: .threads(1))
    try exchange.add(Matrix(rows: 3, columns: 5) { _, _ in 1 }, of: 1)
    try exchange.add(
      Matrix(rows: 2, columns: 300) { $0 == 1 && $1 == 7 ? .infinity : 0 }, of: 0)
    let error = #expect(throws: ParallelError.self) { try exchange.finish() }
    #expect(
      error == .gradient(parameter: 0, .notFinite(.infinity, row: 1, column: 7)))
  }

  private var int8: ExchangeOptions {
    var options = ExchangeOptions()
    options.exchange = .int8
    return options
  }
}
