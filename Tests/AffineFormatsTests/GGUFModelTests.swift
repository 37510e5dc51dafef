import AffineFormats
import AffineQuant
import Foundation
import Testing

private let modelPath = ProcessInfo.processInfo.environment["AFFINE_SMOLLM2"]

/// A model as people share them: SmolLM2-135M-Instruct in Q4_1, Q8_0 and F32.
@Suite(
  .enabled(if: modelPath != nil, "AFFINE_SMOLLM2 is not the path of a GGUF file"))
struct GGUFModelTests {
  private func open() throws -> GGUFFile { try GGUFFile(path: #require(modelPath)) }

  @Test func metadataDescribeTheModel() throws {
    let metadata = try open().metadata
    #expect(try metadata.string("general.architecture") == "llama")
    #expect(try metadata.int("llama.block_count") == 30)
    #expect(try metadata.double("llama.rope.freq_base") == 100_000)
    #expect(try metadata.bool("tokenizer.ggml.add_bos_token") == false)
    #expect(try metadata.strings("tokenizer.ggml.tokens").count == 49_152)
    #expect(try metadata.strings("tokenizer.ggml.merges").first == "Ġ t")
    #expect(try metadata.integers("tokenizer.ggml.token_type").prefix(2) == [3, 3])
  }

  @Test func headersAreReadAtOnce() throws {
    let times = try (0..<5).map { _ in try processorSeconds { _ = try open() } }
    // 98 052 texts of the vocabulary are most of it.
    #expect(try #require(times.min()) < 0.05)
  }

  @Test func codesAndValuesAgree() throws {
    let file = try open()
    #expect(Set(file.tensors.map(\.type)) == [.f32, .q4_1, .q8_0])
    for name in ["token_embd.weight", "blk.0.ffn_down.weight", "blk.29.attn_k.weight"] {
      let matrix: Matrix<Float> = try file.quantized(name).dequantized()
      #expect(try file.matrix(name) == matrix)
      file.forget(name)
    }
  }

  /// Every matrix goes through codes and scales, every other tensor as it is.
  @Test func theModelIsWrittenAgainByteForByte() throws {
    let file = try open()
    var writer = GGUFWriter(metadata: file.metadata)
    for tensor in file.tensors {
      if tensor.type.quantizedType != nil {
        try writer.add(tensor.name, file.quantized(tensor.name))
      } else {
        try writer.add(
          tensor.name, tensor.type, dimensions: tensor.dimensions,
          bytes: file.bytes(of: tensor.name))
      }
    }
    try inFolder { folder in
      let path = folder + "/again.gguf"
      try writer.write(to: path)
      #expect(try MappedFile(path: path).bytes == MappedFile(path: #require(modelPath)).bytes)
    }
  }

  @Test func everyTensorIsConvertedInAnInstant() throws {
    let file = try open()
    let time = try processorSeconds {
      for tensor in file.tensors where tensor.type.quantizedType != nil {
        _ = try file.quantized(tensor.name)
        file.forget(tensor.name)
      }
    }
    // It is a tenth of a second, and with sanitizers several.
    #expect(time < 2)
  }

  /// What this thread took of a core: other tests may run meanwhile.
  private func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    try body()
    return now() - start
  }
}
