import AffineDistributed
import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Models that ranks make together, each its part, against those that one process makes.
@Suite struct DividedModelTests {
  /// How a model comes to be; without ranks it is whole.
  static let ways: [@Sendable (GradientExchange?) throws -> Transformer] = [
    { try ParallelRun().model(.float32, $0) },
    { try ParallelRun().model(.int8WeightOnly, $0) },
    {
      var run = ParallelRun()
      run.adapters = 2
      return try run.model(.float32, $0)
    },
    { try Transformer(TinyDecoder(), with: $0) },
    { try Transformer(TinyDecoder(), recipe: .bfloat16, on: .threads(1), with: $0) },
    {
      let type = QuantizedType(name: "int8-row")
      return try Transformer(
        TinyDecoder(), recipe: .float32, linearsAs: type, on: .threads(1), with: $0)
    },
    {
      // A checkpoint of others' values replaces all.
      var other = ParallelRun()
      other.settings.seed = 8
      var model = try ParallelRun().model(.float32, $0)
      try model.load(other.model(.float32, nil).checkpoint, recipe: .float32, on: .threads(1))
      return model
    },
  ]

  private static func parts(_ way: Int, ranks: Int) throws -> [[Parameter]] {
    try ThreadRanks.run(ranks) { ranks in
      var options = ExchangeOptions()
      options.shardsWeights = true
      return try ways[way](GradientExchange(ranks, options)).parameters
    }
  }

  /// Every parameter is on one rank, as it is in a model that is whole, and nothing of it on others.
  @Test(arguments: ways.indices)
  func areDividedAsTheyAreMade(_ way: Int) throws {
    let whole = try Self.ways[way](nil).parameters
    let all = whole.reduce(0) { $0 + $1.shape.count }
    let largest = whole.map(\.shape.count).max() ?? 0
    for ranks in [1, 2, 3] {
      let parts = try Self.parts(way, ranks: ranks)
      for (index, parameter) in whole.enumerated() {
        let here = parts.map { $0[index] }.filter { $0.value.byteCount > 0 }
        #expect(here.count == 1, "\(parameter.name) is on \(here.count) of \(ranks) ranks")
        #expect(
          here.first?.value.floats().values.array == parameter.value.floats().values.array)
        #expect(parts.allSatisfy { $0[index].shape == parameter.shape })
        #expect(parts.allSatisfy { $0[index].isFrozen == parameter.isFrozen })
      }
      // Each went to the rank that had least, which was no more than the mean.
      for part in parts {
        #expect(part.reduce(0) { $0 + $1.value.shape.count } <= all / ranks + largest)
      }
    }
  }

  /// It is no model of its own.
  @Test func aPartIsNotTrainedAlone() throws {
    _ = try ThreadRanks.run(2) { ranks in
      var options = ExchangeOptions()
      options.shardsWeights = true
      let run = ParallelRun()
      let part = try run.model(.float32, GradientExchange(ranks, options))
      #expect(throws: TrainingError.self) {
        try Trainer(
          part, .constant(.float32), ParallelRun.text.get(), run.settings, on: .threads(1))
      }
    }
  }

  /// Ranks that have all of a model divide it when they begin to train.
  @Test func aWholeModelIsDividedToo() throws {
    var run = ParallelRun()
    (run.ranks, run.layers, run.options.shardsWeights) = (4, 2, true)
    let together = try run.end(steps: 2)
    run.isMadeTogether = false
    let parts = try run.end(steps: 2)
    #expect(parts.losses == together.losses)
    #expect(try parts.checkpoint.bits == together.checkpoint.bits)
  }
}
