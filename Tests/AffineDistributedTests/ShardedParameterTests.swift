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
    run.options.shardsWeights = true
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
    run.options.shardsWeights = true
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
    (run.ranks, run.options.shardsWeights, run.options.shardsOptimizer) = (first, shards, true)
    let half = try run.end(steps: 2)
    (run.ranks, run.options.shardsWeights) = (second, shardsThen)
    let rest = try run.end(steps: 5, from: half.checkpoint)
    #expect(rest.losses == whole.losses)
    #expect(try rest.checkpoint.bits == whole.checkpoint.bits)
  }

  /// Each rank about a quarter, and one block more while it runs.
  @Test func memoryIsDivided() throws {
    var run = Self.run(layers: 8)
    let whole = try run.end(steps: 1).records[0].bytes
    run.options.shardsWeights = true
    for parts in try run.end(steps: 1).records.map(\.bytes) {
      let block = (4 * 64 * 64 + 2 * 64 * 128 + 4 * 64) * MemoryLayout<Float>.stride
      #expect(parts.weights < whole.weights * 3 / 8 + block)
      #expect(parts.gradients < whole.gradients * 3 / 8)
      #expect(parts.optimizer < whole.optimizer * 3 / 8)
    }
  }

  /// A loss may move by the 0.01 that is allowed to an exchange in int8. Rows of fewer than 256 values have a scale
  /// of their own, 4 bytes for 64, and names and norms travel as they are.
  @Test(arguments: [(ExchangeFormat.float32, 1.0), (.bfloat16, 0.55), (.int8, 0.35)])
  func weightsTravelInFewerBytes(_ format: ExchangeFormat, _ most: Double) throws {
    var run = Self.run()
    run.options.shardsWeights = true
    let whole = try run.end(steps: 4)
    run.options.gather = format
    let rounded = try run.end(steps: 4)
    let (bytes, all) = (rounded.traffic.parameterBytes, whole.traffic.parameterBytes)
    #expect(Double(bytes) <= most * Double(all))
    for (loss, expected) in zip(rounded.losses, whole.losses) {
      #expect(abs(loss - expected) < 0.01)
    }
    #expect((rounded.losses == whole.losses) == (format == .float32))
    #expect(rounded.records.allSatisfy { $0.curve == rounded.records[0].curve })
  }

  /// Gradients go to one rank instead of to all, also where ranks divide the moments alone: half of the bytes, but
  /// that the part of each rank in a bucket is whole groups.
  @Test(arguments: [(ExchangeFormat.float32, 0.5), (.int8, 0.135)], [true, false])
  func gradientsGoToTheirOwner(_ way: (ExchangeFormat, Double), _ shardsWeights: Bool) throws {
    let (format, part) = way
    var run = Self.run(layers: 4)
    run.options.bucket = 20_000
    let whole = try run.end(steps: 2)
    (run.options.shardsWeights, run.options.exchange) = (shardsWeights, format)
    run.options.shardsOptimizer = !shardsWeights
    let parts = try run.end(steps: 2)
    #expect(parts.records[0].bytes.gradients < whole.records[0].bytes.gradients * 3 / 8)
    let groups = 1 + Double(4 * 256) / 20_000
    #expect(
      Double(parts.traffic.gradientBytes) <= part * groups
        * Double(whole.traffic.gradientBytes))
    let most = format == .float32 ? 0 : 0.01
    for (loss, expected) in zip(parts.losses, whole.losses) {
      #expect(abs(loss - expected) <= most)
    }
  }

  /// It sees the gradient that one rank alone has.
  @Test(arguments: [true, false])
  func aRecipeThatWatchesAGradientGoesOn(_ shardsWeights: Bool) throws {
    var run = Self.run()
    var settings = NoiseSwitch.Settings()
    settings.interval = 2
    run.schedule = .noiseTriggered(
      try NoiseSwitch(role: "weight", ladder: [4, 8, 16], settings: settings))
    let whole = try run.end(steps: 4)
    (run.options.shardsWeights, run.options.shardsOptimizer) = (shardsWeights, !shardsWeights)
    let parts = try run.end(steps: 4)
    #expect(parts.losses == whole.losses)
    #expect(try parts.checkpoint.bits == whole.checkpoint.bits)
  }

  @Test func frozenWeightsAreShardedToo() throws {
    var run = Self.run()
    run.adapters = 2
    let whole = try run.end(steps: 3)
    run.options.shardsWeights = true
    let parts = try run.end(steps: 3)
    #expect(try parts.checkpoint.bits == whole.checkpoint.bits)
    #expect(parts.records[0].bytes.weights < whole.records[0].bytes.weights)
  }
}
