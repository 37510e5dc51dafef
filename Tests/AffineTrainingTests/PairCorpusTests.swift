import AffineTraining
import Testing

@Suite struct PairCorpusTests {
  static func pairs(_ lengths: [(Int, Int)]) -> [PairCorpus.Pair] {
    lengths.enumerated().map { index, lengths in
      PairCorpus.Pair(
        Array(repeating: 2 * index, count: lengths.0),
        Array(repeating: 2 * index + 1, count: lengths.1))
    }
  }

  static func corpus(_ lengths: [(Int, Int)], sequence: Int) throws -> PairCorpus {
    try PairCorpus(
      pairs(lengths), vocabulary: 100, sequence: sequence, text: 1, tokenizer: 2,
      validationPart: 0.1)
  }

  /// Every pair is in one window of an epoch, beside its other text, and rooms are filled.
  @Test func everyPairIsReadOnce() throws {
    let lengths = [(3, 2), (1, 1), (4, 4), (2, 6), (1, 4), (5, 1), (2, 2), (3, 3), (1, 2), (9, 1)]
    let corpus = try Self.corpus(lengths, sequence: 10)
    var seen: [Int] = []
    var step = 0
    while seen.count < lengths.count - 1 {
      let batch = try corpus.trainingBatch(step: step, size: 1, sequence: 10, seed: 5)
      #expect(batch.inputs.count == 10 && batch.lengths.reduce(0, +) == 10)
      #expect(batch.targets.allSatisfy { $0 == -1 })
      let labels = try #require(batch.labels)
      #expect(labels.count == batch.lengths.count)
      var first = 0
      for (index, label) in labels.enumerated() {
        defer { first += batch.lengths[index] }
        let tokens = batch.inputs[first..<first + batch.lengths[index]]
        guard label >= 0 else {
          #expect(index == labels.count - 1 && tokens.allSatisfy { $0 == 0 })
          continue
        }
        let token = try #require(tokens.first)
        #expect(tokens.allSatisfy { $0 == token })
        let (pair, side) = token.quotientAndRemainder(dividingBy: 2)
        #expect(side == index % 2 && label == index / 2)
        #expect(tokens.count == (side == 0 ? lengths[pair].0 : lengths[pair].1))
        if side == 1 { seen.append(pair) }
      }
      #expect(batch.counted == labels.filter { $0 >= 0 }.count / 2)
      step += 1
    }
    #expect(seen.sorted() == Array(0..<9))
    let validation = try corpus.validationBatch(count: 64, sequence: 10)
    #expect(validation.inputs == [18, 18, 18, 18, 18, 18, 18, 18, 18, 19])
    #expect(validation.labels == [0, 0])
  }

  @Test func refusesWhatDoesNotFit() throws {
    #expect(throws: CorpusError.pair(tokens: [6, 5], window: 10)) {
      try Self.corpus([(1, 1), (6, 5), (1, 1)], sequence: 10)
    }
    #expect(throws: CorpusError.pair(tokens: [0, 5], window: 10)) {
      try Self.corpus([(1, 1), (0, 5), (1, 1)], sequence: 10)
    }
    #expect(throws: CorpusError.tooFewPairs(1)) {
      try Self.corpus([(1, 1)], sequence: 10)
    }
    let corpus = try Self.corpus([(1, 1), (2, 2)], sequence: 10)
    #expect(throws: CorpusError.batch(windows: 1, sequence: 9)) {
      try corpus.trainingBatch(step: 0, size: 1, sequence: 9, seed: 0)
    }
    #expect(throws: CorpusError.batch(windows: 0, sequence: 10)) {
      try corpus.validationBatch(count: 0, sequence: 10)
    }
  }
}
