import AffineFormats
import AffineLayers
import AffineModels
import Testing

/// What GGUF files say of a vocabulary of pieces.
@Suite struct PieceFileTests {
  /// Pieces that make `▁ab`, and one of no use to texts.
  private static func metadata(_ name: String, kind: Int32 = 3) -> GGUFMetadata {
    let vocabulary = ["<unk>", "<s>", "</s>", "\u{2581}", "a", "b", "ab", "\u{2581}ab", name]
    var metadata = GGUFMetadata()
    metadata["tokenizer.ggml.model"] = .string("llama")
    metadata["tokenizer.ggml.tokens"] = .array(.string(vocabulary))
    metadata["tokenizer.ggml.scores"] = .array(.float32(vocabulary.indices.map { -Float($0) }))
    metadata["tokenizer.ggml.token_type"] = .array(.int32([2, 3, 3, 1, 1, 1, 1, 1, kind]))
    return metadata
  }

  private static let (name, token) = ("<turn over>", 8)

  /// Without other word, the numbers of the first such vocabulary hold.
  @Test func piecesMerge() throws {
    let tokenizer = try PieceTokenizer(Self.metadata(Self.name))
    #expect(tokenizer.tokens("ab abb", addSpecial: true, parseSpecial: false) == [1, 7, 7, 5])
    #expect(tokenizer.ends == [2])
    #expect(tokenizer.bosToken == 1)
  }

  @Test(arguments: ["eos", "eot", "eom", "fim_pad", "fim_rep", "fim_sep"], [Int32(1), 3, 4])
  func endTextsByTheirNumbers(_ role: String, _ kind: Int32) throws {
    var metadata = Self.metadata(Self.name, kind: kind)
    let key = "tokenizer.ggml.\(role)_token_id"
    metadata[key] = .uint32(UInt32(Self.token))
    // `</s>` ends texts by its name too.
    #expect(try PieceTokenizer(metadata).ends == [2, Self.token])
    metadata[key] = .uint32(9)
    #expect(throws: TokenizerError.noSuchToken(9, role: "end", count: 9)) {
      try PieceTokenizer(metadata)
    }
    metadata[key] = .int32(8)
    let error = GGUFError.unexpectedValue(key: key, expected: "uint32", found: "int32 8")
    #expect(throws: error) { try PieceTokenizer(metadata) }
  }

  @Test(arguments: ["<end_of_turn>", "<|fim_pad|>", "<fim_pad>", "<|repo_name|>", "<|file_sep|>"])
  func endTextsByTheirNames(_ name: String) throws {
    let tokenizer = try PieceTokenizer(Self.metadata(name, kind: 1))
    #expect(tokenizer.ends == [2, Self.token])
    #expect(tokenizer.kinds[Self.token] == .control)
  }
}
