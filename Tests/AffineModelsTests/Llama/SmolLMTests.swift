import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

/// A real model, if there is one.
enum SmolLM {
  static let path = ProcessInfo.processInfo.environment["AFFINE_SMOLLM2"]
}

/// A real model against what llama.cpp computes with it; `Tests/Golden/llama.py` recorded that.
@Suite(.enabled(if: SmolLM.path != nil, "AFFINE_SMOLLM2 names no GGUF file"))
struct SmolLMTests {
  struct Golden: Decodable {
    struct Continuation: Decodable {
      let prompt: String
      let tokens, greedy: [Int]
      let gaps: [Float]
      let noise: Float
    }

    struct Perplexity: Decodable {
      let bytes, context, tokens, counted: Int
      let value: Double
    }

    let continuations: [Continuation]
    let perplexity: Perplexity
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  let file: GGUFFile
  let model: DecoderModel
  let tokenizer: BytePairTokenizer
  let golden: Golden

  init() throws {
    file = try GGUFFile(path: try #require(SmolLM.path))
    model = try DecoderModel(GGUFWeights(file))
    tokenizer = try BytePairTokenizer(file.metadata)
    golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: Self.folder.appending(path: "Golden/smollm2.json")))
  }

  @Test func readsTheSameTokens() {
    for continuation in golden.continuations {
      let found = tokenizer.tokens(continuation.prompt, addSpecial: true, parseSpecial: true)
      #expect(found == continuation.tokens)
    }
  }

  /// Reading the same tokens as llama.cpp chose. Where both differ, its two largest logits are nearer to
  /// each other than its logits are to its own when it reads the tokens at once: what is within rounding.
  @Test func choosesTheSameTokens() throws {
    var different = 0
    for continuation in golden.continuations {
      var cache = KeyValueCache(model.configuration)
      let all = continuation.tokens + continuation.greedy
      try model.eachLogits(after: Array(all.dropLast()), &cache) { logits, first in
        for row in 0..<logits.shape.rows {
          let step = first + row + 1 - continuation.tokens.count
          guard step >= 0 else { continue }
          let values = Matrix(rows: 1, columns: logits.shape.columns) { logits[row, $1] }
          guard try Sampler.greedy.token(from: values) != continuation.greedy[step] else {
            continue
          }
          different += 1
          #expect(continuation.gaps[step] < continuation.noise, "\(continuation.prompt) \(step)")
        }
      }
    }
    // Of 480; its own two ways differ in 5.
    #expect(different <= 10)
  }

  /// The same through the generator, up to the first step whose gap is within rounding.
  @Test func continuesTheSameWay() throws {
    for continuation in golden.continuations {
      var generator = try Generator(model, prompt: continuation.tokens)
      for (step, expected) in continuation.greedy.enumerated() {
        guard let token = try generator.next(), token == expected else {
          #expect(continuation.gaps[step] < continuation.noise)
          break
        }
      }
    }
  }

  /// Over thousands of tokens what rounding does to logits averages out: to 0.0004 when this was written.
  @Test func foreseesTheSameText() throws {
    let text = try Data(contentsOf: Self.folder.appending(path: "Corpus/persuasion.txt"))
      .prefix(golden.perplexity.bytes)
    let tokens = tokenizer.tokens(
      String(decoding: text, as: UTF8.self), addSpecial: false, parseSpecial: false)
    #expect(tokens.count == golden.perplexity.tokens)
    var perplexity = Perplexity()
    for window in Perplexity.windows(tokens, context: golden.perplexity.context) {
      try perplexity.count(window, model)
    }
    #expect(perplexity.tokens == golden.perplexity.counted)
    #expect(abs(perplexity.value / golden.perplexity.value - 1) < 0.002)
  }
}
