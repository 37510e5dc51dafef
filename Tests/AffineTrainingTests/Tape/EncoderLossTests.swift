import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The loss that compares embeddings of an encoder, beside its definition in `Double`.
@Suite struct EncoderLossTests {
  /// Three pairs, and a sequence that nobody compares.
  static let sequences = [
    [3, 0, 6], [1, 5, 2], [2, 4, 0], [0, 0, 0], [6, 6, 1], [2, 5, 3], [4, 1, 1],
  ]
  static let labels = [7, 7, 0, -1, 2, 0, 2]
  static let pairs = [(0, 1), (2, 5), (4, 6)]
  /// One over the temperature.
  static let sharpness = 20.0

  static func model(_ seed: UInt64) throws -> ModelCheck {
    var configuration = try ModelCheck.shape(.layer, .gelu, .learned, isTied: true).configuration
    configuration.encoder = EncoderRule()
    configuration.biases = [.query, .key, .value, .output, .up, .down]
    return try ModelCheck(configuration, seed: seed)
  }

  /// Of each first text the cosines with all second ones, over the temperature.
  static func logits(_ definition: DoubleDecoder) -> [[Double]] {
    let states = definition.states(Array(sequences.joined()), sequence: 3)
    let embeddings = sequences.indices.map { text in
      let mean = (0..<states.columns).map { column in
        (0..<3).reduce(0.0) { $0 + states[3 * text + $1, column] } / 3
      }
      let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return mean.map { $0 / length }
    }
    return pairs.map { first, _ in
      pairs.map { _, second in
        sharpness * zip(embeddings[first], embeddings[second]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
  }

  static func loss(_ logits: [[Double]]) -> Double {
    logits.indices.reduce(0) { total, row in
      total - logits[row][row] + log(logits[row].reduce(0) { $0 + exp($1) })
    } / Double(logits.count)
  }

  /// A cosine has the roundings of the model, and so a logit 20 times as much; probabilities move twice as far
  /// as the furthest logit, and the gradient with them, by the norms of the logits' gradients. Of such a norm a
  /// random direction sees one part in the root of the number of values; what ``ModelCheck`` says of a bias counts.
  @Test(arguments: [1, 2] as [UInt64]) func gradientsOfAllParameters(seed: UInt64) throws {
    let check = try Self.model(seed)
    let definition = check.definition
    let unit = Double(ModelCheck.roundings) * 0x1p-24
    let batch = TokenBatch(Self.sequences, labels: Self.labels)
    #expect(batch.counted == 3)
    let result = try check.model.gradients(batch, recipe: .float32, on: Tape())
    let expected = Self.loss(Self.logits(definition))
    #expect(abs(result.loss - expected) <= 2 * Self.sharpness * unit)
    for (parameter, gradient) in zip(check.model.parameters, result.gradients) {
      let gradient = try #require(gradient, "\(parameter.name)")
      let summed = ModelCheck.norm(gradient, of: parameter, in: check.model, result.gradients)
      for part in 0..<3 as Range<UInt64> {
        let normal = DoubleMatrix(
          Numbers.normal(parameter.shape.rows, parameter.shape.columns, seed: seed &+ 10 * part))
        let norm = normal.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let step = 1e-5
        let (ahead, behind) = (
          Self.logits(moved(definition, parameter.name, normal, step / norm)),
          Self.logits(moved(definition, parameter.name, normal, -step / norm))
        )
        let slope = (Self.loss(ahead) - Self.loss(behind)) / (2 * step)
        let slopes = zip(ahead, behind).flatMap { zip($0, $1).map { ($0 - $1) / (2 * step) } }
        let found = zip(gradient.values.array, normal.values).reduce(0) {
          $0 + Double($1.0) * $1.1 / norm
        }
        let size = max(
          summed,
          slopes.reduce(0) { $0 + $1 * $1 }.squareRoot()
            * Double(parameter.shape.count).squareRoot())
        #expect(
          abs(found - slope) <= (2 * Self.sharpness + 1) * unit * size + 1e-9,
          "\(parameter.name): \(found) for \(slope)")
      }
    }
  }

  private func moved(
    _ definition: DoubleDecoder, _ name: String, _ direction: DoubleMatrix, _ distance: Double
  ) -> DoubleDecoder {
    var moved = definition
    moved.parameters[name] = definition.parameters[name].map {
      DoubleLayers.add($0, direction.map { $0 * distance })
    }
    return moved
  }

  @Test(arguments: [1, 2] as [UInt64]) func meansOfSequences(seed: UInt64) throws {
    let lengths = [2, 1, 4]
    let check = LayerCheck(
      inputs: [Numbers.normal(7, 5, seed: seed)], roundings: 6,
      definition: { inputs in
        DoubleMatrix(3, 5) { text, column in
          let first = lengths[..<text].reduce(0, +)
          return (first..<first + lengths[text]).reduce(0.0) { $0 + inputs[0][$1, column] }
            / Double(lengths[text])
        }
      },
      layer: { try $0.means($1[0], lengths: lengths) })
    try check(seed: seed)
    let tape = Tape()
    let x = tape.input(.float32(Numbers.normal(7, 5, seed: seed)))
    for wrong in [[7, 1], [3], [0, 7], [8, -1]] {
      #expect(throws: TrainingError.self) { try tape.means(x, lengths: wrong) }
    }
  }

  /// Validation runs no pair alone, and training begins with none that would.
  @Test func trainersCompareEveryPair() throws {
    let model = try Self.model(1).model
    // One pair a window, four to learn from and three to validate.
    let pairs = (0..<7).map { PairCorpus.Pair([$0, 1], [2, $0]) }
    let corpus = try PairCorpus(
      pairs, vocabulary: 7, sequence: 4, text: 1, tokenizer: 2, validationPart: 0.4)
    var settings = TrainingSettings(
      schedule: LearningRateSchedule(peak: 1e-3, warmUp: 0, steps: 1))
    (settings.batch, settings.sequence, settings.validationWindows) = (2, 4, 3)
    let trainer = try Trainer(model, .constant(.float32), corpus, settings)
    let whole = try model.loss(
      corpus.validationBatch(count: 3, sequence: 4), recipe: .float32,
      on: Tape(isTraining: false))
    #expect(abs(try trainer.validationLoss() - whole.mean) <= 1e-15 * whole.mean)
    for (batch, expected) in [
      (1, CorpusError.lonePair(part: .training, sequence: 4)),
      (5, .repeatedWindows(batch: 5, windows: 4, sequence: 4)),
    ] {
      settings.batch = batch
      let error = #expect(throws: TrainingError.self) {
        try Trainer(model, .constant(.float32), corpus, settings)
      }
      #expect(error?.description == expected.description)
    }
  }

  @Test func refusesWhatIsNoPairs() throws {
    let model = try Self.model(1).model
    for (labels, sentence) in [
      ([0, 0, 1, 1, 2, 2, 2], "label 2 is that of 3 sequences, not of two"),
      ([0, 0, 1, 1, 2, 2], "6 labels are not one for each of 7 sequences"),
      ([-1, -1, -1, -1, -1, -1, -1], "0 pairs of sequences are not two"),
      ([-1, -1, 4, -1, 4, -1, -1], "1 pairs of sequences are not two"),
    ] {
      let error = #expect(throws: TrainingError.self) {
        try model.loss(
          TokenBatch(Self.sequences, labels: labels), recipe: .float32, on: Tape())
      }
      #expect("\(try #require(error))".contains(sentence))
    }
    let decoder = try ModelCheck(
      ModelCheck.shape(.layer, .gelu, .learned, isTied: true), seed: 1
    ).model
    let error = #expect(throws: TrainingError.self) {
      try decoder.loss(
        TokenBatch(Self.sequences, labels: Self.labels), recipe: .float32, on: Tape())
    }
    #expect("\(try #require(error))".contains("a decoder has no embeddings of texts to compare"))
  }
}
