import AffineFormats
import AffineQuant
import Foundation
import Testing

private let modelPath = ProcessInfo.processInfo.environment["AFFINE_SMOLLM2"]

/// A model as people share them: SmolLM2-135M-Instruct in Q4_1, Q8_0 and F32.
@Suite(
  .enabled(if: modelPath != nil, "AFFINE_SMOLLM2 is not the path of a GGUF file"))
struct GGUFModelTests {
  private static func open() throws -> GGUFFile { try GGUFFile(path: #require(modelPath)) }

  @Test func metadataDescribeTheModel() throws {
    let metadata = try Self.open().metadata
    #expect(try metadata.string("general.architecture") == "llama")
    #expect(try metadata.int("llama.block_count") == 30)
    #expect(try metadata.double("llama.rope.freq_base") == 100_000)
    #expect(try metadata.bool("tokenizer.ggml.add_bos_token") == false)
    #expect(try metadata.strings("tokenizer.ggml.tokens").count == 49_152)
    #expect(try metadata.strings("tokenizer.ggml.merges").first == "Ġ t")
    #expect(try metadata.integers("tokenizer.ggml.token_type").prefix(2) == [3, 3])
  }

  @Test func headersAreReadAtOnce() async {
    await #expect(processExitsWith: .success) {
      let times = try (0..<5).map { _ in
        try GGUFModelTests.processorSeconds { _ = try GGUFModelTests.open() }
      }
      // 98 052 texts of the vocabulary are most of it.
      precondition(times.contains { $0 < 0.05 }, "\(times) seconds")
    }
  }

  @Test func codesAndValuesAgree() throws {
    let file = try Self.open()
    #expect(Set(file.tensors.map(\.type)) == [.f32, .q4_1, .q8_0])
    for name in ["token_embd.weight", "blk.0.ffn_down.weight", "blk.29.attn_k.weight"] {
      let matrix: Matrix<Float> = try file.quantized(name).dequantized()
      #expect(try file.matrix(name) == matrix)
      file.forget(name)
    }
  }

  /// Every matrix goes through codes and scales, every other tensor as it is.
  @Test func theModelIsWrittenAgainByteForByte() throws {
    let file = try Self.open()
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

  @Test func everyTensorIsConvertedInAnInstant() async {
    await #expect(processExitsWith: .success) {
      let file = try GGUFModelTests.open()
      let time = try GGUFModelTests.processorSeconds {
        for tensor in file.tensors where tensor.type.quantizedType != nil {
          _ = try file.quantized(tensor.name)
          file.forget(tensor.name)
        }
      }
      // It is a tenth of a second, and with sanitizers several.
      precondition(time < 2, "\(time) seconds")
    }
  }

  /// What all threads took of all cores: to be asked in a process that does nothing else.
  private static func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    try body()
    return now() - start
  }
}
