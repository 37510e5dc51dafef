import AffineLayers
import AffineQuant
import AffineTestSupport
import Testing

/// Every choice of a configuration against its definition, and against itself token by token.
@Suite struct DecoderTests {
  /// A choice that some decoders make.
  struct Choice: Sendable, CustomTestStringConvertible {
    let name: String
    let make: @Sendable (inout DecoderConfiguration) -> Void

    var testDescription: String { name }

    init(_ name: String, _ make: @escaping @Sendable (inout DecoderConfiguration) -> Void) {
      self.name = name
      self.make = make
    }
  }

  static let choices = [
    Choice("layer norm") { $0.norm = .layer },
    Choice("range norm") { $0.norm = .range },
    Choice("norm offset") { ($0.normOffset, $0.normalizesHeads) = (1, true) },
    Choice("normalized heads") { $0.normalizesHeads = true },
    Choice("normalized heads without turns") {
      $0.normalizesHeads = true
      for block in $0.blocks.indices { $0.blocks[block].rotary = nil }
    },
    Choice("normalized outputs") { $0.normalizesOutputs = true },
    Choice("gelu") { $0.activation = .gelu },
    Choice("silu") { $0.activation = .silu },
    Choice("geglu") { $0.activation = .geglu },
    Choice("biases") { $0.biases = [.query, .key, .value, .output, .up, .down] },
    Choice("windows") { ($0.blocks[0].window, $0.blocks[1].window) = (5, 40) },
    Choice("a window of one") { $0.blocks[1].window = 1 },
    Choice("one block without turns") { $0.blocks[1].rotary = nil },
    Choice("some columns turn") { $0.blocks[0].rotary = RotaryRule(base: 50, columns: 2) },
    Choice("divisors and magnitude") {
      $0.blocks[1].rotary = RotaryRule(base: 50, columns: 4, divisors: [2, 5], magnitude: 1.25)
    },
    Choice("trained places") {
      $0.learnsPositions = true
      for block in $0.blocks.indices { $0.blocks[block].rotary = nil }
    },
    Choice("attention scale") { $0.attentionScale = 0.3 },
    Choice("caps") { ($0.attentionCap, $0.logitCap) = (1.5, 4) },
    Choice("caps and windows") { ($0.attentionCap, $0.blocks[0].window) = (1.5, 7) },
    Choice("embedding scale") { $0.embeddingScale = 4 },
    // Gemma 3 and SmolLM3 (arXiv 2503.19786; Hugging Face, 2025), as far as small extents go.
    Choice("gemma3") {
      ($0.normOffset, $0.normalizesHeads, $0.normalizesOutputs) = (1, true, true)
      ($0.activation, $0.isTied, $0.embeddingScale) = (.geglu, true, 4)
      $0.blocks[0].window = 9
      $0.blocks[1].rotary = RotaryRule(base: 1000, columns: 4, divisors: [8, 8])
    },
    Choice("smollm3") { ($0.isTied, $0.blocks[1].rotary) = (true, nil) },
  ]

  static let tokens = (0..<60).map { ($0 * 17 + 3) % 50 }

  static func logits(
    _ model: DecoderModel, format: CacheFormat = .float32, pieces: [Int],
    on execution: Execution = .threads(1)
  ) throws -> [Float] {
    var cache = KeyValueCache(model.configuration, format: format)
    var (result, start): ([Float], Int) = ([], 0)
    for length in pieces {
      let piece = Array(tokens[start..<start + length])
      try model.eachLogits(after: piece, &cache, on: execution) { logits, _ in
        result += logits.values.array
      }
      start += length
    }
    return result
  }

  /// A number goes through some 100 roundings a block: four norms, heads' norms, products of at most 24 terms,
  /// a score and its cap, the softmax, the weighing of 60 tokens and a gate. Each errs by 2⁻²⁴ of a sum of
  /// magnitudes, which is below 8 times what comes out; norms and softmax amplify what they get by a few.
  @Test(arguments: choices) func areTheirDefinition(_ choice: Choice) throws {
    var extents = TinyDecoder.extents
    choice.make(&extents)
    let tiny = try TinyDecoder(extents: extents)
    let model = try DecoderModel(tiny, activations: .float32, on: .threads(1))
    let expected = tiny.definition.logits(Self.tokens, sequence: 60).values
    let found = try Self.logits(model, pieces: [60])
    let largest = expected.reduce(0) { max($0, $1.magnitude) }
    let tolerance = Double(2 * 250 + 30) * 0x1p-24 * 8 * largest
    #expect(found.count == expected.count)
    let distance = zip(found, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
    #expect(distance < tolerance)
    // And the choice is one: without it the definition is another.
    var plain = tiny.definition
    plain.configuration = TinyDecoder.extents
    plain.configuration.isTied = extents.isTied
    guard extents.biases.isEmpty, extents.activation == .swiglu || extents.activation == .geglu
    else { return }
    let other = plain.logits(Self.tokens, sequence: 60).values
    let change = zip(other, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(change > 100 * tolerance)
  }

  /// However the tokens come, and on whatever runs, the same bits come out.
  @Test(arguments: choices, CacheFormat.allCases)
  func piecesGiveTheSameBits(_ choice: Choice, format: CacheFormat) throws {
    var extents = TinyDecoder.extents
    choice.make(&extents)
    let model = try DecoderModel(
      TinyDecoder(extents: extents), activations: .float32, on: .threads(1))
    let whole = try Self.logits(model, format: format, pieces: [60])
    for pieces in [[Int](repeating: 1, count: 60), [31, 1, 1, 27], [2, 3, 55]] {
      for execution in Executions.all {
        #expect(try Self.logits(model, format: format, pieces: pieces, on: execution) == whole)
      }
    }
  }

  @Test func refuseWhatCannotBe() {
    let changes: [(inout DecoderConfiguration) -> Void] = [
      { $0.blocks = [] }, { $0.heads = 5 }, { $0.vocabulary = 0 }, { $0.width = .max },
      { $0.blocks[0].window = 0 }, { $0.blocks[1].window = -1 }, { $0.attentionCap = 0 },
      { $0.logitCap = .nan }, { $0.attentionScale = -1 }, { $0.embeddingScale = .infinity },
      { $0.normEpsilon = 0 }, { $0.blocks[0].rotary?.columns = 6 },
      { $0.blocks[0].rotary?.columns = 3 }, { $0.blocks[0].rotary?.divisors = [1] },
      { $0.blocks[0].rotary?.base = 0 }, { $0.blocks[0].rotary?.magnitude = .nan },
    ]
    for (index, change) in changes.enumerated() {
      var extents = TinyDecoder.extents
      change(&extents)
      #expect(throws: DecoderError.self, "change \(index)") { try extents.validate() }
    }
  }
}
