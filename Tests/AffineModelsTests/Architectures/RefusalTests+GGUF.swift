import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

extension RefusalTests {
  /// A GGUF file that is refused.
  typealias GGUF = (what: String, contents: () throws -> [UInt8])

  static var ggufRefusals: [GGUF] {
    [
      changed("a GGUF file of an architecture without a row") {
        $0.metadata["general.architecture"] = .string("mamba")
      },
      changed("a key that nobody reads") { $0.metadata["llama.logit_scale"] = .float32(2) },
      changed("attention that looks ahead") {
        $0.metadata["llama.attention.causal"] = .bool(false)
      },
      changed("experts") { $0.metadata["llama.expert_count"] = .uint32(8) },
      changed("a value of another type") {
        $0.metadata["llama.context_length"] = .string("4096")
      },
      changed("a key that is missing") { $0.metadata["llama.block_count"] = nil },
      changed("layers that differ") {
        $0.metadata["llama.attention.head_count_kv"] = .array(.int32([2, 1]))
      },
      changed("another number of tokens than the table has") {
        $0.metadata["llama.vocab_size"] = .uint32(51)
      },
      changed("another scaling of positions in a GGUF file") {
        $0.metadata["llama.rope.scaling.type"] = .string("dynamic")
      },
      changed("YaRN without its numbers") {
        $0.metadata["llama.rope.scaling.type"] = .string("yarn")
      },
      changed("a scale beside a weight") {
        try $0.add("blk.0.attn_q.scale", Matrix<Float>(rows: 1, columns: 1) { _, _ in 1 })
      },
      ("weights of a type without a kernel", { try withWeights(.iq4_nl) }),
      changed("the second of several files") {
        $0.metadata["split.no"] = .uint16(1)
        $0.metadata["split.count"] = .uint16(3)
      },
      changed("another kind of tokenizer") {
        $0.metadata["tokenizer.ggml.model"] = .string("rwkv")
      },
      tokens("words cut in another way") {
        $0.metadata["tokenizer.ggml.pre"] = .string("tekken")
      },
      tokens("a token after each text") {
        $0.metadata["tokenizer.ggml.add_eos_token"] = .bool(true)
      },
      ("another version of GGUF", { try withVersion([1, 0, 0, 0]) }),
      ("bytes in the other order", { try withVersion([0, 0, 0, 3]) }),
    ]
  }

  private static func changed(
    _ what: String, _ change: @escaping (inout GGUFWriter) throws -> Void
  ) -> GGUF {
    (
      what,
      {
        var file = try GGUFDecoderTests.file(TinyDecoder())
        try change(&file)
        return try file.contents
      }
    )
  }

  /// The same of a file with byte pairs.
  private static func tokens(
    _ what: String, _ change: @escaping (inout GGUFWriter) throws -> Void
  ) -> GGUF {
    changed(what) { file in
      file.metadata["tokenizer.ggml.model"] = .string("gpt2")
      file.metadata["tokenizer.ggml.tokens"] = .array(.string(["a"]))
      file.metadata["tokenizer.ggml.merges"] = .array(.string([]))
      try change(&file)
    }
  }

  /// A file with one weight of a type.
  private static func withWeights(_ type: GGUFTensorType) throws -> [UInt8] {
    var tiny = try TinyDecoder(
      extents: TinyDecoder.extents(
        vocabulary: 50, width: 32, heads: 6, keyValueHeads: 2, headSize: 4, feedForward: 20))
    let tensor = DecoderTensor.weight(.linear(block: 0, .query))
    let shape = tiny.configuration.shape(of: tensor)
    tiny.stored[tensor] = nil
    var file = try GGUFDecoderTests.file(tiny)
    let bytes = shape.count / type.blockSize * type.blockBytes
    try file.add(
      tensor.nameInGGUF, type, dimensions: [shape.rows, shape.columns],
      bytes: Buffer([UInt8](repeating: 0, count: bytes)))
    return try file.contents
  }

  /// A file that says another version.
  private static func withVersion(_ version: [UInt8]) throws -> [UInt8] {
    var contents = try GGUFDecoderTests.file(TinyDecoder()).contents
    contents.replaceSubrange(4..<8, with: version)
    return contents
  }

  /// What is said of a file that is opened, with its tokens if it has such, and run.
  static func sentence(_ contents: [UInt8]) throws -> String? {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).gguf")
    defer { try? FileManager.default.removeItem(at: path) }
    try Data(contents).write(to: path)
    do {
      let source = try ModelSource.open(path.path, copies: true)
      let kind = "tokenizer.ggml.model"
      if source.gguf?.file.metadata[kind] != nil { _ = try source.tokenizer() }
      _ = try source.model(activations: .float32)
      return nil
    } catch { return "\(error)" }
  }
}
