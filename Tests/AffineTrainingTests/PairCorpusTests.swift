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
    while seen.count < lengths.count - 2 {
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
    #expect(seen.sorted() == Array(0..<8))
    let validation = try corpus.validationBatch(count: 64, sequence: 10)
    let (long, room) = (Array(repeating: 18, count: 9), Array(repeating: 0, count: 7))
    #expect(validation.inputs == long + [19, 16, 17, 17] + room)
    #expect(validation.labels == [0, 0, 1, 1, -1])
  }

  /// A pair that is there twice would be its own wrong answer.
  @Test func noBatchHoldsAPairTwice() throws {
    let corpus = try Self.corpus(Array(repeating: (20, 20), count: 63), sequence: 256)
    // 57 pairs to learn from, six a window.
    for size in 1...10 {
      var order: [[Int]] = []
      for step in 0..<40 {
        let batch = try corpus.trainingBatch(step: step, size: size, sequence: 256, seed: 3)
        let firsts = Self.firsts(batch)
        #expect(Set(firsts).count == firsts.count, "step \(step) of \(size)")
        order.append(firsts)
      }
      let whole = 10 / size
      let epochs = (0..<40 / whole).map { order[$0 * whole..<($0 + 1) * whole].flatMap(\.self) }
      #expect(epochs.allSatisfy { Set($0).count == $0.count })
      // What one epoch leaves out is read in others.
      #expect(Set(epochs.flatMap(\.self)).count == 57, "\(size)")
      #expect(Set(order).count > min(whole, 2))
    }
    let error = #expect(
      throws: CorpusError.repeatedWindows(batch: 11, windows: 10, sequence: 256)
    ) { try corpus.trainingBatch(step: 0, size: 11, sequence: 256, seed: 3) }
    #expect(try #require(error).description.contains("fill 10 windows of 256 tokens"))
  }

  /// The token that the first text of each pair is made of.
  private static func firsts(_ batch: TokenBatch) -> [Int] {
    var (first, tokens): (Int, [Int]) = (0, [])
    for (length, label) in zip(batch.lengths, batch.labels ?? []) {
      if label >= 0, batch.inputs[first].isMultiple(of: 2) { tokens.append(batch.inputs[first]) }
      first += length
    }
    return tokens
  }

  @Test func aPairThatIsGivenTwiceIsOne() throws {
    let pairs = Self.pairs(Array(repeating: (2, 3), count: 6))
    func corpus(_ pairs: [PairCorpus.Pair]) throws -> PairCorpus {
      try PairCorpus(pairs, vocabulary: 100, sequence: 40, text: 1, tokenizer: 2)
    }
    let (once, twice) = try (corpus(pairs), corpus(pairs + pairs))
    #expect(
      try once.trainingBatch(step: 0, size: 1, sequence: 40, seed: 0)
        == twice.trainingBatch(step: 0, size: 1, sequence: 40, seed: 0))
    #expect(throws: CorpusError.tooFewPairs(3)) {
      try corpus(Array(pairs[..<3] + pairs[..<3] + pairs[..<3]))
    }
  }

  /// The loss of a pair that runs without others is 0 for any model.
  @Test func noPairRunsAlone() throws {
    // Fewer than 30 hold two for validation.
    let few = try Self.corpus(Array(repeating: (2, 3), count: 5), sequence: 40)
    #expect(try few.validationBatch(count: 9, sequence: 40).counted == 2)
    #expect(try few.trainingBatch(step: 0, size: 1, sequence: 40, seed: 0).counted == 3)
    try few.checkTogether(windows: 1)
    let long = try Self.corpus(Array(repeating: (6, 4), count: 8), sequence: 10)
    try long.checkTogether(windows: 2)
    #expect(throws: CorpusError.lonePair(part: .training, sequence: 10)) {
      try long.checkTogether(windows: 1)
    }
    #expect(throws: CorpusError.lonePair(part: .validation, sequence: 10)) {
      try long.validationBatch(count: 1, sequence: 10)
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    #expect(throws: CorpusError.pair(tokens: [6, 5], window: 10)) {
      try Self.corpus([(1, 1), (6, 5), (1, 1)], sequence: 10)
    }
    #expect(throws: CorpusError.pair(tokens: [0, 5], window: 10)) {
      try Self.corpus([(1, 1), (0, 5), (1, 1)], sequence: 10)
    }
    for count in 0..<4 {
      #expect(throws: CorpusError.tooFewPairs(count)) {
        try Self.corpus(Array(repeating: (1, 1), count: count), sequence: 10)
      }
    }
    let corpus = try Self.corpus(Array(repeating: (1, 1), count: 4), sequence: 10)
    #expect(throws: CorpusError.batch(windows: 1, sequence: 9)) {
      try corpus.trainingBatch(step: 0, size: 1, sequence: 9, seed: 0)
    }
    #expect(throws: CorpusError.batch(windows: 0, sequence: 10)) {
      try corpus.validationBatch(count: 0, sequence: 10)
    }
  }
}
