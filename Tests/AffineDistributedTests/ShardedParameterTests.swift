import AffineDistributed
import AffineLayers
import AffineQuant
import AffineTraining
import Testing

/// Ranks each of which keeps its part of the parameters alone, against ranks that have all.
@Suite struct ShardedParameterTests {
  private static func run(_ recipe: Recipe = .float32, layers: Int = 2) -> ParallelRun {
    var run = ParallelRun()
    (run.ranks, run.recipe, run.layers) = (4, recipe, layers)
    return run
  }

  /// Weights arrive as they were sent, and sums are made in the same order.
  @Test(
    arguments: [Recipe.float32, .int8WeightOnly, .bfloat16], [MomentFormat.float32, .dynamic8()])
  func changeNothing(_ recipe: Recipe, _ moments: MomentFormat) throws {
    var run = Self.run(recipe)
    run.settings.optimizer.moments = moments
    let whole = try run.end(steps: 4)
    run.options.shardsParameters = true
    let parts = try run.end(steps: 4)
    #expect(parts.losses == whole.losses)
    #expect(parts.records.allSatisfy { $0.validation == whole.records[0].validation })
    #expect(try parts.checkpoint.bits == whole.checkpoint.bits)
  }

  @Test func fixedOrderDoesNotDependOnRanks() throws {
    var run = Self.run()
    (run.options.isFixedOrder, run.ranks) = (true, 1)
    run.settings.accumulation = 3
    let alone = try run.end(steps: 3).checkpoint.bits
    run.options.shardsParameters = true
    for ranks in [1, 2, 8] {
      run.ranks = ranks
      #expect(try run.end(steps: 3).checkpoint.bits == alone, "\(ranks) ranks")
    }
  }

  /// From one way of sharding to another, and to other numbers of ranks.
  @Test(arguments: [(4, true, 2, false), (1, false, 4, true), (2, true, 8, true)])
  func checkpointsGoOnInOtherWays(
    _ first: Int, _ shards: Bool, _ second: Int, _ shardsThen: Bool
  ) throws {
    var run = Self.run()
    (run.options.isFixedOrder, run.ranks) = (true, 1)
    let whole = try run.end(steps: 5)
    (run.ranks, run.options.shardsParameters, run.options.shardsOptimizer) = (first, shards, true)
    let half = try run.end(steps: 2)
    (run.ranks, run.options.shardsParameters) = (second, shardsThen)
    let rest = try run.end(steps: 5, from: half.checkpoint)
    #expect(rest.losses == whole.losses)
    #expect(try rest.checkpoint.bits == whole.checkpoint.bits)
  }

  /// Each rank about a quarter, and one block more while it runs.
  @Test func memoryIsDivided() throws {
    var run = Self.run(layers: 8)
    let whole = try run.end(steps: 1).records[0].bytes
    run.options.shardsParameters = true
    for parts in try run.end(steps: 1).records.map(\.bytes) {
      let block = (4 * 64 * 64 + 2 * 64 * 128 + 4 * 64) * MemoryLayout<Float>.stride
      #expect(parts.weights < whole.weights * 3 / 8 + block)
      #expect(parts.gradients < whole.gradients * 3 / 8)
      #expect(parts.optimizer < whole.optimizer * 3 / 8)
    }
  }

  /// A scale of int8 is that of at most 256 values of a row: a weight errs by half a step, 1/254 of the largest
  /// of them. The loss of this model moves by far less than 0.05 for that; bfloat16 errs by a 2⁻⁹ of a value.
  @Test(arguments: [(ExchangeFormat.float32, 1.0), (.bfloat16, 0.55), (.int8, 0.35)])
  func weightsTravelInFewerBytes(_ format: ExchangeFormat, _ most: Double) throws {
    var run = Self.run()
    run.options.shardsParameters = true
    let whole = try run.end(steps: 4)
    run.options.weightFormat = format
    let rounded = try run.end(steps: 4)
    let (bytes, all) = (rounded.traffic.parameterBytes, whole.traffic.parameterBytes)
    #expect(Double(bytes) <= most * Double(all))
    for (loss, expected) in zip(rounded.losses, whole.losses) {
      #expect(abs(loss - expected) < 0.05)
    }
    #expect((rounded.losses == whole.losses) == (format == .float32))
    #expect(rounded.records.allSatisfy { $0.curve == rounded.records[0].curve })
  }

  /// Gradients go to one rank instead of all: half of the bytes, in float32.
  @Test(arguments: [(ExchangeFormat.float32, 0.5), (.int8, 0.14)])
  func gradientsGoToTheirOwner(_ format: ExchangeFormat, _ part: Double) throws {
    var run = Self.run(layers: 4)
    let whole = try run.end(steps: 2)
    (run.options.shardsParameters, run.options.format) = (true, format)
    let parts = try run.end(steps: 2)
    let sent = Double(parts.traffic.gradientBytes)
    #expect(sent <= part * 1.1 * Double(whole.traffic.gradientBytes))
    for (loss, expected) in zip(parts.losses, whole.losses) {
      #expect(abs(loss - expected) < 0.05)
    }
  }

  @Test func frozenWeightsAreShardedToo() throws {
    var run = Self.run()
    run.adapters = 2
    let whole = try run.end(steps: 3)
    run.options.shardsParameters = true
    let parts = try run.end(steps: 3)
    #expect(try parts.checkpoint.bits == whole.checkpoint.bits)
    #expect(parts.records[0].bytes.weights < whole.records[0].bytes.weights)
  }
}
