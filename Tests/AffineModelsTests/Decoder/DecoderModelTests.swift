import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// A small model against plain loops.
@Suite struct DecoderModelTests {
  static let tokens = (0..<60).map { ($0 * 17 + 3) % 50 }
  static let executions = [
    Execution(threads: 1), Execution(threads: 2),
    Execution(threads: 1, instructionSet: .portable),
  ]

  static func logits(
    _ model: DecoderModel, _ tokens: [Int], format: CacheFormat = .float32, pieces: [Int]? = nil,
    on execution: Execution = .threads(1)
  ) throws -> [[Float]] {
    var cache = KeyValueCache(model.configuration, format: format)
    var result: [[Float]] = []
    var start = 0
    for length in pieces ?? [tokens.count] {
      let piece = Array(tokens[start..<start + length])
      try model.eachLogits(after: piece, &cache, on: execution) { logits, first in
        #expect(first == result.count - start)
        for row in 0..<logits.shape.rows {
          result.append((0..<logits.shape.columns).map { logits[row, $0] })
        }
      }
      start += length
    }
    #expect(cache.count == tokens.count)
    return result
  }

  static func largest(_ rows: [[Double]]) -> Double {
    rows.joined().reduce(0) { max($0, $1.magnitude) }
  }

  static func distance(_ rows: [[Float]], _ expected: [[Double]]) -> Double {
    zip(rows.joined(), expected.joined()).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
  }

  /// A number goes through some 60 roundings a layer: norms and products of at most 24 terms, the score, the
  /// softmax, the weighing of 60 tokens. Each errs by 2⁻²⁴ of a sum of magnitudes, which is below 8 times
  /// the root of the sum of squares that the result is, and what a norm divides by is no smaller.
  static func tolerance(_ expected: [[Double]], layers: Int) -> Double {
    Double(layers * 150 + 30) * 0x1p-24 * 8 * largest(expected)
  }

  @Test(arguments: [nil, "int8-group8", "uint4-group8-biased-float16", "int4-row"], [true, false])
  func isNearItsDefinition(_ type: String?, hasHead: Bool) throws {
    let quantized = try type.map { try #require(QuantizedType(name: $0)) }
    let tiny = try TinyDecoder(quantized, hasHead: hasHead)
    let model = try DecoderModel(tiny, activations: .float32, on: .threads(1))
    let expected = tiny.logits(Self.tokens)
    let tolerance = Self.tolerance(expected, layers: tiny.configuration.blocks.count)
    #expect(Self.distance(try Self.logits(model, Self.tokens), expected) < tolerance)
  }

  /// A query's or key's error of ε of the largest of its head moves scores by ε times the sum of the
  /// magnitudes that they are made of, at most their bound √size · |q| · |k|, and weights by twice
  /// that, of which the output has twice the share; values add ε once more.
  @Test(arguments: [(CacheFormat.float16, 0x1p-11), (.int8, 0.5 / 127)])
  func smallCachesLoseLittle(format: CacheFormat, step: Double) throws {
    let tiny = try TinyDecoder()
    let model = try DecoderModel(tiny, activations: .float32, on: .threads(1))
    let expected = tiny.logits(Self.tokens)
    let score = largestScore(tiny)
    let found = try Self.logits(model, Self.tokens, format: format)
    let bound =
      Double(tiny.configuration.blocks.count) * (1 + 4 * score) * step * Self.largest(expected)
    let distance = Self.distance(found, expected)
    #expect(distance < bound)
    // And something: else the cache would not be what it says.
    #expect(distance > step / 100 * Self.largest(expected))
  }

  /// The largest product of the norms of a head of queries and one of keys, over √size.
  private func largestScore(_ tiny: TinyDecoder) -> Double {
    var (largest, definition) = (0.0, tiny.definition)
    let size = tiny.configuration.headSize
    func norm(_ x: DoubleMatrix) -> Double {
      stride(from: 0, to: x.values.count, by: size).map { start in
        x.values[start..<start + size].reduce(0) { $0 + $1 * $1 }.squareRoot()
      }.max() ?? 0
    }
    definition.observe = { q, k in
      largest = max(largest, norm(q) * norm(k) / Double(size).squareRoot())
    }
    _ = definition.logits(Self.tokens, sequence: Self.tokens.count)
    return largest
  }

  /// However the tokens come, the same bits come out.
  @Test(arguments: CacheFormat.allCases, ["float32", "int8-group8", "int8-token"])
  func decodingIsPrefilling(format: CacheFormat, activations: String) throws {
    let type = try #require(QuantizedType(name: "int4-group8"))
    let model = try DecoderModel(
      TinyDecoder(type), activations: try #require(ActivationFormat(name: activations)),
      on: .threads(1))
    let whole = try Self.logits(model, Self.tokens, format: format)
    for pieces in [[Int](repeating: 1, count: 60), [31, 1, 1, 27], [2, 3, 55], [59, 1]] {
      for execution in Self.executions {
        let found = try Self.logits(
          model, Self.tokens, format: format, pieces: pieces, on: execution)
        #expect(found == whole)
      }
    }
  }

  @Test func theLastLogitsAreTheLastOfAll() throws {
    let model = try DecoderModel(TinyDecoder(), activations: .float32, on: .threads(1))
    let whole = try Self.logits(model, Self.tokens)
    var cache = KeyValueCache(model.configuration, format: .float32)
    let last = try model.logits(after: Self.tokens, &cache, on: .threads(1))
    #expect(last.values.array == whole[whole.count - 1])
  }

  @Test func quantizedInputsLoseLittle() throws {
    let type = try #require(QuantizedType(name: "int8-group8"))
    let tiny = try TinyDecoder(type)
    let expected = tiny.logits(Self.tokens)
    let model = try DecoderModel(
      tiny, activations: try #require(ActivationFormat(name: "int8-group8")), on: .threads(1))
    let found = try Self.logits(model, Self.tokens)
    // Each of 5 products a layer has inputs that err by half a code of 127, as above.
    let bound =
      Double(5 * tiny.configuration.blocks.count + 1) * 0.5 / 127 * 4 * Self.largest(expected)
    #expect(Self.distance(found, expected) < bound)
    #expect(Self.distance(found, expected) > 0)
  }
}
