import AffineLayers
import AffineModels
import AffineQuant
import Foundation

/// What llama.cpp computed with a model, which `Tests/Golden/llama_record.py` wrote down.
struct ModelRecord: Decodable {
  struct Continuation: Decodable {
    let prompt: String
    let tokens, greedy: [Int]
    /// Between the two largest logits of each step.
    let gaps: [Float]
    /// How far its largest logits are from those that it has when it reads the tokens at once.
    let noise: Float
    /// The choices that it then makes otherwise.
    let differently: Int
  }

  struct Foreseen: Decodable {
    let bytes, context, tokens, counted: Int
    let value: Double
  }

  let continuations: [Continuation]
  let perplexity: Foreseen
}

/// A real model beside what llama.cpp computed with it.
struct RecordedModel {
  let model: DecoderModel
  let tokenizer: any LanguageTokenizer
  let golden: ModelRecord

  init(_ path: String, golden name: String) throws {
    let source = try ModelSource.open(path)
    model = try source.model()
    tokenizer = try source.tokenizer()
    golden = try JSONDecoder().decode(
      ModelRecord.self, from: Data(contentsOf: TokenGolden.folder.appending(path: "Golden/\(name)"))
    )
  }

  /// The prompts whose tokens are not the same.
  var otherPrompts: [String] {
    golden.continuations.filter {
      tokenizer.tokens($0.prompt, addSpecial: true, parseSpecial: true) != $0.tokens
    }.map(\.prompt)
  }

  /// The steps at which rounding might turn the choice; where it does so for less than half of them, it is no more.
  var stepsWithinRounding: Int {
    golden.continuations.reduce(0) { sum, continuation in
      sum + continuation.gaps.count { $0 < continuation.noise }
    }
  }

  /// A step at which another token is chosen.
  struct Difference {
    let prompt: String
    let step: Int
    let gap, noise: Float

    init(_ continuation: ModelRecord.Continuation, at step: Int) {
      (prompt, self.step) = (continuation.prompt, step)
      (gap, noise) = (continuation.gaps[step], continuation.noise)
    }

    /// Whether llama.cpp's two largest logits are nearer to each other than its logits are to its own.
    var isWithinRounding: Bool { gap < noise }
  }

  /// Reads what llama.cpp chose, and finds the steps of all texts at which another token is chosen.
  func otherChoices() throws -> [Difference] {
    var found: [Difference] = []
    for continuation in golden.continuations {
      var cache = KeyValueCache(model.configuration)
      let all = continuation.tokens + continuation.greedy
      try model.eachLogits(after: Array(all.dropLast()), &cache) { logits, first in
        for row in 0..<logits.shape.rows {
          let step = first + row + 1 - continuation.tokens.count
          guard step >= 0 else { continue }
          let values = Matrix(rows: 1, columns: logits.shape.columns) { logits[row, $1] }
          if try Sampler.greedy.token(from: values) != continuation.greedy[step] {
            found.append(Difference(continuation, at: step))
          }
        }
      }
    }
    return found
  }

  /// Writes the texts, and finds the first step of each at which it is another than llama.cpp's.
  func otherTexts() throws -> [Difference] {
    try golden.continuations.compactMap { continuation in
      var generator = try Generator(model, prompt: continuation.tokens)
      for (step, expected) in continuation.greedy.enumerated() {
        guard let token = try generator.next(), token == expected else {
          return Difference(continuation, at: step)
        }
      }
      return nil
    }
  }

  /// Foresees the beginning of the corpus as llama.cpp did, after the token that begins a text if there is one.
  func perplexity() throws -> (tokens: Int, found: Perplexity) {
    let text = try Data(contentsOf: TokenGolden.folder.appending(path: "Corpus/persuasion.txt"))
      .prefix(golden.perplexity.bytes)
    let tokens = tokenizer.tokens(
      String(decoding: text, as: UTF8.self), addSpecial: false, parseSpecial: false)
    let begin = tokenizer.tokens("", addSpecial: true, parseSpecial: false)
    var perplexity = Perplexity()
    for window in Perplexity.windows(tokens, context: golden.perplexity.context) {
      try perplexity.count(begin + window, model)
    }
    return (tokens.count, perplexity)
  }
}
