import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// What a file says and nobody would read is refused by its name.
@Suite struct GGUFDecoderUnusedTests {
  private static func error(_ change: (inout GGUFWriter) throws -> Void) throws -> (any Error)? {
    var file = try GGUFDecoderTests.file(TinyDecoder())
    try change(&file)
    do { _ = try GGUFDecoderTests.weights(file) } catch { return error }
    return nil
  }

  @Test(arguments: [
    "output.bias", "blk.0.attn_q_norm.weight", "blk.2.attn_q.weight", "blk.0.attn_q.bias2", "x",
    "blk.00.attn_q.weight", "tok\u{e9}n_embd.weight",
  ])
  func unusedTensors(name: String) throws {
    let error = try Self.error {
      try $0.add(name, Matrix<Float>(rows: 1, columns: 4) { _, _ in 0 })
    }
    #expect(error as? LanguageModelError == .unusedTensor(name, layers: 2))
  }

  /// Divisors of frequencies beside others for long and short texts would divide nothing.
  @Test(arguments: [["long"], ["short"], ["long", "short"]])
  func twoKindsOfDivisors(_ kinds: [String]) throws {
    func error(_ names: [String]) throws -> (any Error)? {
      try Self.error { file in
        for name in names {
          try file.add(name, Matrix<Float>(rows: 1, columns: 2) { _, _ in 2 })
        }
      }
    }
    let factors = kinds.map { "rope_factors_\($0).weight" }
    let found = try error(factors + ["rope_freqs.weight"])
    #expect(
      found as? LanguageModelError
        == .unsupported(
          "'rope_freqs.weight' beside tensors of factors for long and short texts"))
    if kinds.contains("short") { #expect(try error(factors) == nil) }
  }

  /// A model of fewer layers than the file has would be another model.
  @Test func fewerLayersThanTheFileHas() throws {
    let error = try Self.error { $0.metadata["llama.block_count"] = .uint32(1) }
    #expect(error as? LanguageModelError == .unusedTensor("blk.1.attn_norm.weight", layers: 1))
  }

  @Test func moreLayersThanTheFileHas() throws {
    var file = try GGUFDecoderTests.file(TinyDecoder())
    file.metadata["llama.block_count"] = .uint32(3)
    let weights = try GGUFDecoderTests.weights(file)
    #expect(throws: DecoderError.missingTensor("blk.2.attn_norm.weight")) {
      try DecoderModel(weights)
    }
  }

  @Test(arguments: [
    ("llama.logit_scale", GGUFValue.float32(2)), ("llama.attention.causal", .bool(false)),
    ("llama.attention.sliding_window", .uint32(4)), ("llama.expert_count", .string("8")),
    ("llama.rope.scaling.attn_factor", .float32(2)), ("llama.\u{e9}", .uint8(0)),
  ])
  func keysThatNobodyReads(key: String, value: GGUFValue) throws {
    let error = try Self.error { $0.metadata[key] = value }
    #expect(error as? LanguageModelError == .unsupported("'\(key)' (\(value.summary))"))
  }

  @Test(arguments: [
    ("llama.attention.causal", GGUFValue.bool(true)), ("llama.expert_count", .uint32(0)),
    ("llama.rope.scaling.finetuned", .bool(true)), ("general.name", .string("x")),
    ("other.logit_scale", .float32(2)),
  ])
  func keysThatChangeNothing(key: String, value: GGUFValue) throws {
    #expect(try Self.error { $0.metadata[key] = value } == nil)
  }

  /// A value of another type is no reason to take the default.
  @Test(arguments: [
    ("rope.scaling.type", GGUFValue.uint32(1)), ("rope.scaling.factor", .string("2")),
    ("rope.scale_linear", .uint32(2)), ("rope.freq_base", .bool(true)),
    ("attention.key_length", .float32(4)), ("attention.head_count_kv", .string("2")),
    ("vocab_size", .float32(50)), ("rope.dimension_count", .bool(true)),
    ("attention.head_count_kv", .array(.float32([2, 2]))),
  ])
  func valuesOfOtherTypes(key: String, value: GGUFValue) throws {
    let error = try Self.error { $0.metadata["llama.\(key)"] = value }
    guard case .unexpectedValue(let found, _, _) = error as? GGUFError else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found == "llama.\(key)")
  }

  /// Nor is one of another width, which llama.cpp refuses too.
  @Test(arguments: [
    "context_length", "embedding_length", "block_count", "feed_forward_length",
    "attention.head_count", "attention.head_count_kv", "attention.key_length",
    "attention.value_length", "rope.dimension_count", "vocab_size",
  ])
  func countsOfOtherWidths(key: String) throws {
    for (value, found) in [
      (GGUFValue.uint8(4), "uint8 4"), (.int8(4), "int8 4"), (.uint16(4), "uint16 4"),
      (.int16(4), "int16 4"), (.int32(4), "int32 4"), (.uint64(4), "uint64 4"),
      (.int64(4), "int64 4"), (.float32(4), "float32 4.0"), (.float64(4), "float64 4.0"),
      (.bool(true), "bool true"), (.string("4"), "string 4"),
    ] {
      let error = try Self.error { $0.metadata["llama.\(key)"] = value }
      #expect(
        error as? GGUFError
          == .unexpectedValue(key: "llama.\(key)", expected: "uint32", found: found))
    }
  }

  @Test(arguments: [
    "attention.layer_norm_rms_epsilon", "rope.freq_base", "rope.scaling.factor",
    "rope.scale_linear",
  ])
  func settingsOfOtherWidths(key: String) throws {
    for (value, found) in [
      (GGUFValue.float64(2), "float64 2.0"), (.uint32(2), "uint32 2"), (.int64(2), "int64 2"),
    ] {
      let error = try Self.error { $0.metadata["llama.\(key)"] = value }
      #expect(
        error as? GGUFError
          == .unexpectedValue(key: "llama.\(key)", expected: "float32", found: found))
    }
  }

  /// Numbers that stand once a layer must be one for all.
  @Test func numbersOfEveryLayer() throws {
    let key = "llama.attention.head_count_kv"
    #expect(try Self.error { $0.metadata[key] = .array(.int32([2, 2])) } == nil)
    #expect(try Self.error { $0.metadata[key] = .array(.uint32([2, 2])) } == nil)
    for array: GGUFArray in [.uint8([2, 2]), .int16([2, 2]), .uint64([2, 2]), .int64([2, 2])] {
      let error = try Self.error { $0.metadata[key] = .array(array) }
      guard case .unexpectedValue(key, "array of int32", _) = error as? GGUFError else {
        Issue.record("\(array): \(String(describing: error))")
        continue
      }
    }
    for numbers: [Int32] in [[2, 1], [2], [], [2, 2, 2]] {
      let error = try Self.error { $0.metadata[key] = .array(.int32(numbers)) }
      #expect(error as? LanguageModelError == .unsupported("layers that differ in '\(key)'"))
    }
  }

  /// A count that no file could hold becomes the size of nothing: the product of two could wrap.
  @Test(arguments: [1 << 20, 1 << 25, 1 << 29, 1 << 31, UInt32.max])
  func countsThatNothingBounds(_ count: UInt32) throws {
    for key in [
      "attention.key_length", "rope.dimension_count", "block_count", "attention.head_count",
      "attention.head_count_kv", "feed_forward_length", "embedding_length", "context_length",
    ] {
      var file = try GGUFDecoderTests.file(TinyDecoder())
      file.metadata["llama.rope.scaling.factor"] = .float32(2)
      if key == "rope.dimension_count" { file.metadata["llama.attention.key_length"] = nil }
      file.metadata["llama.\(key)"] = .uint32(count)
      // A context of a million tokens is possible.
      if key == "context_length" && count == 1 << 20 { continue }
      #expect(throws: (any Error).self, "\(key)") {
        try DecoderModel(GGUFDecoderTests.weights(file), activations: .float32)
      }
    }
  }

  /// A context of millions of tokens is possible, and takes memory as tokens come.
  @Test(arguments: [1 << 20, 1 << 24] as [UInt32])
  func contextsTakeNoMemory(_ count: UInt32) throws {
    var file = try GGUFDecoderTests.file(TinyDecoder())
    let plain = try DecoderModel(
      GGUFDecoderTests.weights(file), activations: .float32, on: .threads(1))
    file.metadata["llama.context_length"] = .uint32(count)
    let model = try DecoderModel(
      GGUFDecoderTests.weights(file), activations: .float32, on: .threads(1))
    #expect(model.configuration.context == Int(count))
    let tokens = DecoderModelTests.tokens
    #expect(try DecoderModelTests.logits(model, tokens) == DecoderModelTests.logits(plain, tokens))
    var caches = [plain, model].map { KeyValueCache($0.configuration, format: .float32) }
    _ = try plain.logits(after: tokens, &caches[0])
    _ = try model.logits(after: tokens, &caches[1])
    #expect(caches[1].byteCount == caches[0].byteCount)
  }

  /// Biases are applied, queries' and keys' in the order of their rows.
  @Test(arguments: DecoderConfiguration.BlockLinear.allCases, [nil, "int8-group8"])
  func biasesAreAdded(to linear: DecoderConfiguration.BlockLinear, _ type: String?) throws {
    let quantized = try type.map { try #require(QuantizedType(name: $0)) }
    let tiny = try TinyDecoder(quantized, biases: [linear])
    let model = try DecoderModel(tiny, activations: .float32, on: .threads(1))
    let expected = tiny.logits(DecoderModelTests.tokens)
    let found = try DecoderModelTests.logits(model, DecoderModelTests.tokens)
    #expect(
      DecoderModelTests.distance(found, expected) < DecoderModelTests.tolerance(expected, layers: 2)
    )
    guard quantized == nil else { return }
    let weights = try GGUFDecoderTests.weights(GGUFDecoderTests.file(tiny))
    let read = try DecoderModel(weights, activations: .float32, on: .threads(1))
    #expect(try DecoderModelTests.logits(read, DecoderModelTests.tokens) == found)
    // A file that is written again has them too.
    let again = try GGUFWeights(
      GGUFFile(contents: Buffer(GGUFWriter(read, from: weights).contents)))
    #expect(again.file.tensors.map(\.name) == weights.file.tensors.map(\.name))
  }

  @Test func biasesOfAnotherShape() throws {
    let error = try Self.error {
      try $0.add("blk.0.attn_q.bias", Matrix<Float>(rows: 1, columns: 8) { _, _ in 0 })
    }
    #expect(error == nil)
    var file = try GGUFDecoderTests.file(TinyDecoder())
    try file.add("blk.0.attn_q.bias", Matrix<Float>(rows: 1, columns: 8) { _, _ in 0 })
    let weights = try GGUFDecoderTests.weights(file)
    #expect(
      throws: DecoderError.wrongShape(
        "blk.0.attn_q.bias", expected: Shape(1, 24), found: Shape(1, 8))
    ) { try DecoderModel(weights, activations: .float32) }
  }
}
