import AffineFormats
import AffineLayers
import AffineTraining
import Foundation
import Testing

@Suite struct TextCorpusTests {
  /// Tokens that tell their place: 0, 1, … 249, 0, …
  private static func counting(_ count: Int) throws -> TextCorpus {
    // The span of a temporary array makes debug builds of Swift 6.3.1 fail.
    let text = (0..<count).map { UInt8($0 % 250) }
    return try TextCorpus(text.span, unit: .bytes)
  }

  @Test func aNovelIsRead() throws {
    let bytes = try TextCorpus(path: persuasion, unit: .bytes)
    let characters = try TextCorpus(path: persuasion, unit: .characters)
    #expect(bytes.training.count + bytes.validation.count == 215_526)
    // 5 % of it is 10776.3.
    #expect(bytes.validation.count == 10776 && characters.validation.count == 10776)
    #expect(characters.vocabulary.count < 100)
    #expect(
      characters.vocabulary.text(of: characters.training.prefix(10).map(Int.init)) == "Persuasion")
    // An ASCII text is the same in either unit.
    #expect(
      characters.validation.map { characters.vocabulary.characters[Int($0)].value }
        == bytes.validation.map(UInt32.init))
  }

  @Test func targetsFollowInputs() throws {
    let corpus = try Self.counting(5000)
    for (inputs, targets) in [
      try corpus.batch(step: 3, size: 7, sequence: 20, seed: 1),
      try corpus.validationWindows(count: 7, sequence: 20),
    ] {
      #expect(inputs.count == 140 && targets.count == 140)
      for index in 0..<140 {
        #expect(targets[index] == (inputs[index] + 1) % 250)
        if index % 20 > 0 { #expect(inputs[index] == targets[index - 1]) }
      }
    }
  }

  @Test func aBatchDependsOnSeedStepAndIndexAlone() throws {
    let corpus = try Self.counting(5000)
    let batch = try corpus.batch(step: 5, size: 4, sequence: 8, seed: 9)
    #expect(try corpus.batch(step: 5, size: 4, sequence: 8, seed: 9) == batch)
    // A larger batch begins with the smaller one.
    let larger = try corpus.batch(step: 5, size: 6, sequence: 8, seed: 9)
    #expect(Array(larger.inputs.prefix(32)) == batch.inputs)
    #expect(try corpus.batch(step: 6, size: 4, sequence: 8, seed: 9) != batch)
    #expect(try corpus.batch(step: 5, size: 4, sequence: 8, seed: 10) != batch)
    #expect(try corpus.batch(step: -1, size: 4, sequence: 8, seed: .max).inputs.count == 32)
  }

  /// Runs that are repeated in years to come should see the same text; a program in another language,
  /// written from the comment at the generator, drew these three windows too.
  @Test func windowsStayWhereTheyAre() throws {
    let corpus = try TextCorpus(path: persuasion, unit: .bytes)
    let (inputs, _) = try corpus.batch(step: 0, size: 3, sequence: 8, seed: 1)
    let text = TextVocabulary.bytes.text(of: inputs)
    #expect(text == "re engagre you ag been a")
  }

  @Test func everyPlaceIsAsLikely() throws {
    // 95 tokens and windows of 15: 80 places, and 40 windows of each of 200 steps: 100 a place.
    let corpus = try Self.counting(100)
    var counts = [Int](repeating: 0, count: 80)
    for step in 0..<200 {
      let (inputs, _) = try corpus.batch(step: step, size: 40, sequence: 15, seed: 2)
      for index in 0..<40 { counts[inputs[index * 15]] += 1 }
    }
    // χ² of 79 degrees of freedom has a mean of 79 and a deviation of √158 = 12.6: five of them.
    let chi = counts.reduce(0.0) { $0 + Double(($1 - 100) * ($1 - 100)) / 100 }
    #expect(abs(chi - 79) < 63)
    #expect(counts.allSatisfy { $0 > 0 })
  }

  @Test func validationWindowsAreEvenlySpaced() throws {
    let corpus = try Self.counting(2000)
    #expect(corpus.validation.count == 100 && corpus.training.count == 1900)
    // Places 0…89, so four windows lie 29 apart; the part begins with token 1900 % 250.
    let (inputs, _) = try corpus.validationWindows(count: 4, sequence: 10)
    #expect([0, 10, 20, 30].map { inputs[$0] } == [0, 29, 58, 87].map { (1900 + $0) % 250 })
    #expect(try corpus.validationWindows(count: 1, sequence: 99).inputs.first == 1900 % 250)
    #expect(try corpus.validationWindows(count: 90, sequence: 10).inputs.count == 900)
    #expect(throws: CorpusError.tooManyWindows(91, places: 90)) {
      try corpus.validationWindows(count: 91, sequence: 10)
    }
  }

  @Test func whatIsTooShortIsRefused() throws {
    let corpus = try Self.counting(100)
    #expect(try corpus.batch(step: 0, size: 1, sequence: 94, seed: 0).inputs.count == 94)
    #expect(throws: CorpusError.tooShort(part: .training, tokens: 95, sequence: 95)) {
      try corpus.batch(step: 0, size: 1, sequence: 95, seed: 0)
    }
    #expect(throws: CorpusError.tooShort(part: .validation, tokens: 5, sequence: 5)) {
      try corpus.validationWindows(count: 1, sequence: 5)
    }
    for (size, sequence) in [(0, 1), (1, 0), (-1, -1), (Int.max, 2), (1 << 20, 1 << 20)] {
      #expect(throws: CorpusError.batch(windows: size, sequence: sequence)) {
        try corpus.batch(step: 0, size: size, sequence: sequence, seed: 0)
      }
    }
    let letter: [UInt8] = [65]
    let single = try TextCorpus(letter.span, unit: .characters)
    #expect(single.training == [0] && single.validation.isEmpty)
    #expect(throws: CorpusError.tooShort(part: .training, tokens: 1, sequence: 1 << 20)) {
      try single.batch(step: 0, size: 1, sequence: 1 << 20, seed: 0)
    }
  }

  @Test func partsMustBeParts() {
    let text: [UInt8] = [1, 2, 3]
    for part in [0, 1, -0.5, 2, .nan, .infinity] {
      #expect(throws: CorpusError.self) {
        try TextCorpus(text.span, unit: .bytes, validationPart: part)
      }
    }
  }

  @Test func filesThatAreNoTextAreRefused() async throws {
    try await inFolder { folder in
      try Data().write(to: URL(filePath: folder + "/empty"))
      for unit in TextUnit.allCases {
        #expect(throws: CorpusError.empty) { try TextCorpus(path: folder + "/empty", unit: unit) }
        for path in [folder, folder + "/missing"] {
          let error = #expect(throws: CorpusError.self) { try TextCorpus(path: path, unit: unit) }
          guard case .file = error else {
            Issue.record("\(String(describing: error))")
            continue
          }
        }
      }
    }
  }
}
