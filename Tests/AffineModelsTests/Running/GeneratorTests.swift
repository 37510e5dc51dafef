import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// Texts that a model continues and foresees.
@Suite struct GeneratorTests {
  let model: DecoderModel

  init() throws {
    model = try DecoderModel(TinyDecoder(), activations: .float32, on: .threads(1))
  }

  /// What reading everything again chooses each time.
  func greedy(_ prompt: [Int], count: Int) throws -> [Int] {
    var tokens = prompt
    for _ in 0..<count {
      var cache = KeyValueCache(model.configuration)
      tokens.append(try Sampler.greedy.token(from: try model.logits(after: tokens, &cache)))
    }
    return tokens
  }

  @Test func continuesAsIfItReadEverythingAgain() throws {
    let expected = try greedy([1, 2, 3], count: 20)
    var generator = try Generator(model, prompt: [1, 2, 3])
    for token in expected[3...] { #expect(try generator.next() == token) }
    #expect(generator.tokens == expected)
    #expect(generator.cache.count == expected.count - 1)
  }

  @Test func endsAtTheEnd() throws {
    let expected = try greedy([1, 2, 3], count: 6)
    var generator = try Generator(model, prompt: [1, 2, 3], ends: [expected[5]])
    let end = try #require(expected.indices.first { $0 >= 3 && expected[$0] == expected[5] })
    for token in expected[3..<end] { #expect(try generator.next() == token) }
    #expect(try generator.next() == nil)
    #expect(try generator.next() == nil)
  }

  @Test func endsWhereTheContextDoes() throws {
    let cache = KeyValueCache(model.configuration, capacity: 5)
    var generator = try Generator(model, prompt: [1, 2, 3], cache: cache)
    // The last choice need not be read.
    for _ in 0..<3 { #expect(try generator.next() != nil) }
    #expect(try generator.next() == nil)
    #expect(try generator.next() == nil)
  }

  /// A copy of a cache is a beginning that several texts share.
  @Test func copiesOfACacheAreIndependent() throws {
    var first = KeyValueCache(model.configuration)
    _ = try model.logits(after: Array(1...40), &first)
    var second = first
    let a = try model.logits(after: [7, 8], &first)
    let b = try model.logits(after: [9, 9, 9], &second)
    var whole = KeyValueCache(model.configuration)
    #expect(try model.logits(after: Array(1...40) + [7, 8], &whole) == a)
    whole.truncate(to: 40)
    #expect(try model.logits(after: [9, 9, 9], &whole) == b)
    #expect(whole.byteCount == whole.byteCount(tokens: 43))
  }

  @Test func perplexityIsTheMeanOfItsDefinition() throws {
    let tokens = (0..<50).map { ($0 * 7 + 1) % 50 }
    let tiny = try TinyDecoder()
    var (sum, count) = (0.0, 0)
    for window in Perplexity.windows(tokens, context: 20) {
      let window = Array(window)
      let logits = tiny.logits(window)
      for place in 1..<window.count {
        let row = logits[place - 1]
        sum += log(row.reduce(0) { $0 + exp($1) }) - row[window[place]]
        count += 1
      }
    }
    var found = Perplexity()
    for window in Perplexity.windows(tokens, context: 20) {
      try found.count(window, model, cache: .float32)
    }
    #expect(found.tokens == count && count == 47)
    // Logits err by far less than 1e-4, as tested, and so does each logarithm.
    #expect(abs(found.negativeLogLikelihood - sum) < 1e-4 * Double(count))
    #expect(found.value == exp(found.negativeLogLikelihood / Double(count)))
    #expect(Perplexity().value == 1)
  }
}
