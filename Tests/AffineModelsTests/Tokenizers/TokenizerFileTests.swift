import AffineFormats
import AffineLayers
import AffineModels
import Testing

/// What GGUF files say of a tokenizer.
@Suite struct TokenizerFileTests {
  /// Bytes, a word, a name and a token of no use.
  private static func metadata(_ name: String, kind: Int32 = 3) -> GGUFMetadata {
    var metadata = GGUFMetadata()
    metadata["tokenizer.ggml.model"] = .string("gpt2")
    metadata["tokenizer.ggml.pre"] = .string("gpt-2")
    metadata["tokenizer.ggml.tokens"] = .array(
      .string(BytePairTests.names + ["th", name, "<other>"]))
    metadata["tokenizer.ggml.merges"] = .array(.string(["t h"]))
    metadata["tokenizer.ggml.token_type"] = .array(
      .int32([Int32](repeating: 1, count: 257) + [kind, 3]))
    return metadata
  }

  /// The names at which llama.cpp ends a text.
  private static let ends = [
    "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|endoftext|>", "<|end|>",
    "<end_of_turn>", "<end_of_utterance>", "<|return|>", "<|call|>", "<EOT>", "_<EOT>", "[EOT]",
    "[EOS]", "[e~[", "</s>", "<eos>", "<turn|>", "<|tool_response>", "<|calls|>", "<|flush|>",
    "<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>", "<|fim_pad|>", "<fim-pad>", "<fim_pad>",
    "<PAD>", "[PAD]", "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>",
    "<|file_sep|>",
  ]

  @Test(arguments: ends, [Int32(1), 3, 4]) func endTextsByTheirNames(_ name: String, _ kind: Int32)
    throws
  {
    let tokenizer = try BytePairTokenizer(Self.metadata(name, kind: kind))
    #expect(tokenizer.ends == [257])
    // Whatever type the file gives it, it is found where a template writes it, and shown nowhere.
    #expect(
      tokenizer.tokens("a\(name)", addSpecial: false, parseSpecial: true) == [0x61, 257])
    #expect(tokenizer.text([0x61, 257]) == "a")
  }

  @Test(arguments: ["<|im_start|>", "[/INST]", "<|end_of_role|>", "x<eos>", "", "<|IM_END|>"])
  func endNothing(_ name: String) throws {
    #expect(try BytePairTokenizer(Self.metadata(name)).ends.isEmpty)
  }

  @Test(arguments: ["eos", "eot", "eom", "fim_pad", "fim_rep", "fim_sep"], [Int32(1), 3, 4])
  func endTextsByTheirNumbers(_ role: String, _ kind: Int32) throws {
    var metadata = Self.metadata("<turn over>", kind: kind)
    metadata["tokenizer.ggml.\(role)_token_id"] = .uint32(257)
    #expect(try BytePairTokenizer(metadata).ends == [257])
    let key = "tokenizer.ggml.\(role)_token_id"
    metadata[key] = .uint32(259)
    #expect(throws: TokenizerError.noSuchToken(259, role: "end", count: 259)) {
      try BytePairTokenizer(metadata)
    }
    for (value, found) in [
      (GGUFValue.int32(-1), "int32 -1"), (.int32(257), "int32 257"), (.uint64(257), "uint64 257"),
      (.uint16(257), "uint16 257"),
    ] {
      metadata[key] = value
      let error = GGUFError.unexpectedValue(key: key, expected: "uint32", found: found)
      #expect(throws: TokenizerError.gguf(error)) { try BytePairTokenizer(metadata) }
    }
  }

  /// The kind of tokenizer is looked at before its parts, which other kinds do not have.
  @Test func otherKinds() throws {
    var metadata = GGUFMetadata()
    metadata["tokenizer.ggml.model"] = .string("llama")
    #expect(throws: TokenizerError.unknownModel("llama")) { try BytePairTokenizer(metadata) }
    // So is the way in which texts are cut, of which newer files have others.
    metadata["tokenizer.ggml.model"] = .string("gpt2")
    metadata["tokenizer.ggml.pre"] = .string("deepseek-v3")
    #expect(throws: TokenizerError.unknownPreTokenizer("deepseek-v3")) {
      try BytePairTokenizer(metadata)
    }
    metadata["tokenizer.ggml.pre"] = .string("gpt-2")
    #expect(throws: TokenizerError.gguf(.missingKey("tokenizer.ggml.tokens"))) {
      try BytePairTokenizer(metadata)
    }
  }

  /// A value of another type is no reason to take the default.
  @Test(arguments: [
    ("model", GGUFValue.uint32(1)), ("pre", .uint32(1)), ("token_type", .array(.string(["a"]))),
    ("token_type", .array(.uint8([UInt8](repeating: 1, count: 259)))),
    ("token_type", .array(.uint32([UInt32](repeating: 1, count: 259)))),
    ("token_type", .array(.int64([Int64](repeating: 1, count: 259)))),
    ("bos_token_id", .string("1")), ("bos_token_id", .int32(1)), ("eos_token_id", .uint64(1)),
    ("eos_token_id", .float32(1)), ("eot_token_id", .bool(true)),
    ("add_bos_token", .uint8(1)), ("add_eos_token", .string("true")), ("merges", .string("t h")),
  ])
  func valuesOfOtherTypes(_ key: String, _ value: GGUFValue) throws {
    var metadata = Self.metadata("x")
    metadata["tokenizer.ggml.\(key)"] = value
    let error = #expect(throws: TokenizerError.self) { try BytePairTokenizer(metadata) }
    guard case .gguf(.unexpectedValue(let found, _, _)) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found == "tokenizer.ggml.\(key)")
  }

  @Test func settingsThatNobodyFollows() throws {
    for key in ["tokenizer.ggml.add_eos_token", "tokenizer.ggml.add_sep_token"] {
      var metadata = Self.metadata("x")
      metadata[key] = .bool(false)
      _ = try BytePairTokenizer(metadata)
      metadata[key] = .bool(true)
      #expect(throws: TokenizerError.unsupported(key)) { try BytePairTokenizer(metadata) }
    }
  }

  /// What a file says of its tokens and nobody follows is refused by its name, unless it says that nothing is done.
  @Test(arguments: [
    ("suppress_tokens", GGUFValue.array(.int32([1]))),
    ("precompiled_charsmap", .array(.uint8([0, 0, 0, 0]))), ("normalizer.lowercase", .bool(true)),
    ("remove_extra_whitespaces", .bool(true)), ("escape_whitespaces", .uint32(1)),
    ("\u{e9}", .string("x")),
  ])
  func keysThatNobodyReads(_ name: String, _ value: GGUFValue) throws {
    let key = "tokenizer.ggml.\(name)"
    var (pairs, pieces) = (Self.metadata("x"), Self.pieces)
    for nothing: GGUFValue? in [nil, .bool(false), .array(.int32([]))] {
      // A flag of pieces is read, and must be one.
      if name == "remove_extra_whitespaces", nothing == .array(.int32([])) { continue }
      (pairs[key], pieces[key]) = (nothing, nothing)
      _ = (try BytePairTokenizer(pairs), try PieceTokenizer(pieces))
    }
    (pairs[key], pieces[key]) = (value, value)
    #expect(throws: TokenizerError.unsupported(key)) { try BytePairTokenizer(pairs) }
    #expect(throws: TokenizerError.unsupported(key)) { try PieceTokenizer(pieces) }
  }

  /// Numbers of tokens that texts are not made of, and parts of the other kind.
  @Test(arguments: [
    ("unknown_token_id", GGUFValue.uint32(0)), ("padding_token_id", .uint32(1)),
    ("mask_token_id", .uint32(1)), ("seperator_token_id", .uint32(1)),
    ("fim_pre_token_id", .uint32(1)), ("token_type_count", .uint32(1)),
    ("pre", .string("default")), ("add_space_prefix", .bool(true)),
  ])
  func keysThatChangeNoText(_ name: String, _ value: GGUFValue) throws {
    var (pairs, pieces) = (Self.metadata("x"), Self.pieces)
    let expected = (
      try BytePairTokenizer(pairs).tokens("th x"), try PieceTokenizer(pieces).tokens("ab")
    )
    (pairs["tokenizer.ggml.\(name)"], pieces["tokenizer.ggml.\(name)"]) = (value, value)
    #expect(try BytePairTokenizer(pairs).tokens("th x") == expected.0)
    #expect(try PieceTokenizer(pieces).tokens("ab") == expected.1)
  }

  /// Pieces end where llama.cpp ends them.
  @Test(arguments: ["eot", "eom", "fim_pad", "fim_rep", "fim_sep"])
  func piecesEndByTheirNumbers(_ role: String) throws {
    var metadata = Self.pieces
    metadata["tokenizer.ggml.\(role)_token_id"] = .uint32(3)
    #expect(try PieceTokenizer(metadata).ends == [2, 3])
  }

  /// Three tokens of no text, and two letters.
  private static var pieces: GGUFMetadata {
    var metadata = GGUFMetadata()
    metadata["tokenizer.ggml.model"] = .string("llama")
    metadata["tokenizer.ggml.tokens"] = .array(
      .string(["<unk>", "<s>", "</s>", "a", "b", "\u{2581}"]))
    metadata["tokenizer.ggml.scores"] = .array(.float32([0, 0, 0, -1, -2, -3]))
    metadata["tokenizer.ggml.token_type"] = .array(.int32([2, 3, 3, 1, 1, 1]))
    return metadata
  }

  /// Every name cuts as the first of its family does; that these are families was asked of llama.cpp.
  @Test(arguments: [
    [
      "gpt-2", "phi-2", "mpt", "olmo", "jais", "gigachat", "a.x-4.0", "mellum", "exaone4",
      "trillion", "granite-docling", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de",
      "modern-bert",
    ],
    ["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"],
    [
      "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
      "jina-v5-nano",
    ],
    ["smaug-bpe", "dbrx", "glm4", "chatglm-bpe"],
    [
      "qwen2", "deepseek-r1-qwen", "megrez", "stablelm2", "hunyuan", "solar-open", "kormo",
      "f2llmv2", "grok-2",
    ],
  ])
  func namesOfOneFamily(_ names: [String]) throws {
    // A merge for every two bytes shows nearly every cut.
    let letters = (0x20..<0x7f).map { BytePairTests.names[$0] }
    let pairs = letters.flatMap { first in letters.map { (first, $0) } }
    let text = "It's 12345 o'clock, IT'S  late:  x = a+b; $5.00 (or 7)!\n\n  end"
    let tokens = try names.map { name in
      try BytePairTokenizer(
        vocabulary: BytePairTests.names + pairs.map { $0 + $1 },
        merges: pairs.map { $0 + " " + $1 }, preTokenizer: name
      ).tokens(text)
    }
    #expect(Set(tokens).count == 1)
  }

  /// Files from before there were names for it are cut as llama.cpp does.
  @Test func noNameIsTheOldWay() throws {
    var metadata = Self.metadata("x")
    metadata["tokenizer.ggml.pre"] = .string("default")
    let named = try BytePairTokenizer(metadata).tokens("that's 1234 ...$")
    metadata["tokenizer.ggml.pre"] = nil
    #expect(try BytePairTokenizer(metadata).tokens("that's 1234 ...$") == named)
    metadata["tokenizer.ggml.pre"] = .string("nonsense")
    #expect(throws: TokenizerError.unknownPreTokenizer("nonsense")) {
      try BytePairTokenizer(metadata)
    }
  }
}
