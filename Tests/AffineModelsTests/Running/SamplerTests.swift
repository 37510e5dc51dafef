import AffineModels
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// How tokens are chosen.
@Suite struct SamplerTests {
  static func row(_ values: [Float]) throws -> Matrix<Float> {
    try Matrix(Shape(1, values.count), values)
  }

  /// How often each token is drawn.
  static func counts(_ sampler: Sampler, _ logits: [Float], draws: Int) throws -> [Int] {
    var counts = [Int](repeating: 0, count: logits.count)
    let row = try row(logits)
    for step in 0..<draws { counts[try sampler.token(from: row, step: step)] += 1 }
    return counts
  }

  @Test func greedyTakesTheFirstOfTheLargest() throws {
    #expect(try Sampler.greedy.token(from: Self.row([1, 3, 2, 3])) == 1)
    #expect(try Sampler.greedy.token(from: Self.row([-4])) == 0)
  }

  /// Frequencies within four standard deviations of a binomial count.
  @Test(arguments: [Float(0.5), 1, 3]) func drawsBySoftmax(temperature: Float) throws {
    let logits: [Float] = [2, 0, -1, 1.5]
    let draws = 20_000
    let sampler = try Sampler(temperature: temperature, seed: 7)
    let counts = try Self.counts(sampler, logits, draws: draws)
    let weights = logits.map { exp(Double($0) / Double(temperature)) }
    for (count, weight) in zip(counts, weights) {
      let p = weight / weights.reduce(0, +)
      let deviation = (Double(draws) * p * (1 - p)).squareRoot()
      #expect(abs(Double(count) - Double(draws) * p) < 4 * deviation)
    }
  }

  /// At a temperature that makes all weights equal, the likeliest is still the likeliest.
  @Test(arguments: [Float(1e30), .greatestFiniteMagnitude]) func keepsTheLikeliestWhenHot(
    temperature: Float
  ) throws {
    let logits: [Float] = [0, 3, 1, 2]
    for (topK, topP) in [(1, 1), (nil, 1e-30)] as [(Int?, Float)] {
      let sampler = try Sampler(temperature: temperature, topK: topK, topP: topP)
      #expect(try Self.counts(sampler, logits, draws: 100) == [0, 100, 0, 0])
    }
    let two = try Sampler(temperature: temperature, topK: 2)
    let counts = try Self.counts(two, logits, draws: 100)
    #expect(counts[1] > 0 && counts[3] > 0 && counts[1] + counts[3] == 100)
  }

  @Test func keepsTheLikeliest() throws {
    // Probabilities of about 0.64, 0.24, 0.09, 0.03.
    let logits: [Float] = [0, 3, 1, 2]
    func drawn(_ topK: Int?, _ topP: Float) throws -> [Int] {
      let sampler = try Sampler(temperature: 1, topK: topK, topP: topP)
      let counts = try Self.counts(sampler, logits, draws: 2000)
      return counts.indices.filter { counts[$0] > 0 }
    }
    #expect(try drawn(1, 1) == [1])
    #expect(try drawn(2, 1) == [1, 3])
    #expect(try drawn(100, 1) == [0, 1, 2, 3])
    #expect(try drawn(nil, 0.6) == [1])
    #expect(try drawn(nil, 0.7) == [1, 3])
    #expect(try drawn(3, 0.95) == [1, 2, 3])
    #expect(try drawn(nil, 1e-6) == [1])
  }

  @Test func dependsOnSeedAndStepAlone() throws {
    let logits = try Self.row((0..<100).map { Float($0 % 7) })
    let a = try Sampler(temperature: 1, seed: 1), b = try Sampler(temperature: 1, seed: 2)
    let first = try (0..<50).map { try a.token(from: logits, step: $0) }
    #expect(try (0..<50).map { try a.token(from: logits, step: $0) } == first)
    #expect(try (0..<50).map { try b.token(from: logits, step: $0) } != first)
  }

  @Test func penalizesWhatWasThere() throws {
    let sampler = try Sampler(temperature: 0, repetitionPenalty: 2)
    let logits = try Self.row([3, 2, -1])
    #expect(try sampler.token(from: logits, after: [0, 0, 99, -5]) == 1)
    #expect(try sampler.token(from: logits) == 0)
    // Beyond all floats it stays one.
    for penalty in [Float.leastNonzeroMagnitude, .greatestFiniteMagnitude] {
      let strong = try Sampler(temperature: 0, repetitionPenalty: penalty)
      let expected = penalty < 1 ? 0 : 1
      #expect(try strong.token(from: Self.row([3, 20, -9]), after: [0, 2]) == expected)
    }
    // A negative logit becomes smaller, too.
    #expect(try sampler.token(from: Self.row([-1, -1.5]), after: [0]) == 1)
  }

  @Test func refusesWhatIsNoNumber() throws {
    for value in [Float.nan, .infinity, -.infinity] {
      #expect(throws: LanguageModelError.notFinite(token: 1)) {
        try Sampler.greedy.token(from: Self.row([0, value, 1]))
      }
    }
    for temperature in [-1, Float.nan, .infinity] {
      #expect(throws: LanguageModelError.self) { try Sampler(temperature: temperature) }
    }
    #expect(throws: LanguageModelError.self) { try Sampler(temperature: 1, topK: 0) }
    for topP in [0, 1.5, Float.nan] {
      #expect(throws: LanguageModelError.self) { try Sampler(temperature: 1, topP: topP) }
    }
    #expect(throws: LanguageModelError.self) { try Sampler(temperature: 1, repetitionPenalty: 0) }
  }

  /// Temperatures next to zero neither overflow nor divide by nothing.
  @Test func tinyTemperaturesAreGreedy() throws {
    let sampler = try Sampler(temperature: .leastNonzeroMagnitude, topP: 0.9)
    #expect(try sampler.token(from: Self.row([1, 3, 2])) == 1)
  }
}

/// Processors of logits by themselves.
@Suite struct LogitsProcessorTests {
  static func processed(_ processor: some LogitsProcessor, _ logits: [Float]) -> [Float] {
    var logits = logits
    var span = logits.mutableSpan
    processor.process(&span, after: [])
    return logits
  }

  /// Against sorting, with ties, both zeros and tokens that are out.
  @Test(arguments: 1...9) func topKKeepsTheFirstOfASort(_ count: Int) throws {
    let rows: [[Float]] = [
      [0, 3, 1, 2, 3, 3, -1], [-0.0, 0, -0.0, 0, -1], [-.infinity, 1, -.infinity, 1, 2],
      [-1, -2, -3, -2, -1],
    ]
    for logits in rows {
      let kept = Set(
        logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }.prefix(count))
      let expected = logits.indices.map { kept.contains($0) ? logits[$0] : -.infinity }
      #expect(Self.processed(try TopK(count), logits) == expected)
    }
  }

  /// Against its definition, by sorting all.
  @Test(arguments: [Float(1e-6), 0.3, 0.5, 0.9, 0.999, 1]) func topPKeepsAPart(_ part: Float) throws
  {
    var random = SplitMix64(seed: 5)
    for count in [1, 2, 7, 300] {
      let logits = (0..<count).map { _ in Float.random(in: -4...4, using: &random).rounded() }
      let weights = logits.map { exp(Double($0)) }
      var (sum, kept) = (0.0, Set<Int>())
      for token in logits.indices.sorted(by: { (logits[$1], $0) < (logits[$0], $1) })
      where sum < Double(part) * weights.reduce(0, +) * (1 - 1e-12) {
        sum += weights[token]
        kept.insert(token)
      }
      let found = Self.processed(try TopP(part), logits)
      #expect(Set(found.indices.filter { found[$0] > -.infinity }) == kept)
    }
  }

  @Test func minPKeepsWhatIsNearlyAsLikely() throws {
    let logits = [0, 1, 2, 2].map { Float(log(Double(1 << $0))) }
    for (part, kept) in [(0, 4), (0.2, 4), (0.3, 3), (0.6, 2), (1, 2)] as [(Float, Int)] {
      let found = Self.processed(try MinP(part), logits)
      #expect(found.filter { $0 > -.infinity }.count == kept)
    }
    for part in [-0.1, 1.1, Float.nan] {
      #expect(throws: LanguageModelError.self) { try MinP(part) }
    }
  }

  /// What users write can be wrong.
  @Test func processorsOfUsers() throws {
    struct Setting: LogitsProcessor {
      let value: Float
      func process(_ logits: inout MutableSpan<Float>, after tokens: [Int]) {
        for token in logits.indices where !tokens.contains(token) { logits[token] = value }
      }
    }
    let logits = try SamplerTests.row([1, 2, 3])
    for draws in [false, true] {
      func token(_ value: Float, after tokens: [Int]) throws -> Int {
        try Sampler([Setting(value: value)], draws: draws).token(from: logits, after: tokens)
      }
      #expect(try token(-.infinity, after: [1]) == 1)
      #expect(throws: LanguageModelError.nothingToChoose) { try token(-.infinity, after: []) }
      #expect(throws: LanguageModelError.notFinite(token: 0)) { try token(.nan, after: [2]) }
      #expect(throws: LanguageModelError.notFinite(token: 0)) { try token(.infinity, after: [2]) }
    }
  }
}
