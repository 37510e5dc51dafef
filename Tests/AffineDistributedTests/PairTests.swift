import AffineDistributed
import AffineQuant
import AffineTraining
import Testing

/// Ranks compare the pairs of their own windows: none may have a single one.
@Suite struct PairTests {
  @Test(arguments: [(4, 4, false), (4, 8, true), (1, 8, true)])
  func noRankTrainsOnOnePair(_ ranks: Int, _ batch: Int, _ isFixedOrder: Bool) throws {
    // A window holds one pair.
    let pairs = (0..<20).map { PairCorpus.Pair([$0, 1, 2], [3, 4, 5, $0]) }
    let corpus = try PairCorpus(pairs, vocabulary: 20, sequence: 8, text: 1, tokenizer: 2)
    var run = ParallelRun()
    run.options.isFixedOrder = isFixedOrder
    (run.settings.batch, run.settings.sequence) = (batch, 8)
    let (options, settings) = (run.options, run.settings)
    let model = try run.trainer(nil).model
    let errors = try ThreadRanks.run(ranks) { communicator in
      #expect(throws: TrainingError.self) {
        try Trainer(
          model, .constant(.float32), corpus, settings, on: .threads(1),
          with: GradientExchange(communicator, options))
      }?.description
    }
    let lone = CorpusError.lonePair(part: .training, sequence: 8).description
    #expect(errors == Array(repeating: lone, count: ranks))
  }
}
