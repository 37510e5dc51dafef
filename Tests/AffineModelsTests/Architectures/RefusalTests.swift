import AffineFormats
import AffineModels
import AffineTestSupport
import Foundation
import Testing

/// What files ask for and nothing here computes, and the sentence that each gets: a table of the documentation is
/// made of them.
@Suite struct RefusalTests {
  typealias Settings = [String: Any]

  static func llama(_ changes: Settings) -> Settings {
    let plain: Settings = [
      "model_type": "llama", "vocab_size": 8, "hidden_size": 32, "intermediate_size": 8,
      "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 64,
    ]
    return plain.merging(changes) { $1 }
  }

  static func quantized(_ settings: Settings) -> Settings {
    llama(["quantization_config": settings])
  }

  static func bert(_ changes: Settings) -> Settings {
    let plain: Settings = [
      "model_type": "bert", "vocab_size": 8, "hidden_size": 32, "intermediate_size": 8,
      "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 64,
      "type_vocab_size": 2, "layer_norm_eps": 1e-12,
    ]
    return plain.merging(changes) { $1 }
  }

  static func tokenizer(_ changes: Settings) -> Settings {
    let plain: Settings = [
      "model": ["type": "BPE", "vocab": ["a": 0], "merges": []],
      "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "use_regex": true],
    ]
    return plain.merging(changes) { $1 }
  }

  enum File: String { case decoder, encoder, tokenizer }

  static var refusals: [(what: String, file: File, settings: Settings)] {
    [
      ("an architecture without a row", .decoder, llama(["model_type": "gpt2"])),
      ("an encoder that would foresee tokens", .decoder, bert([:])),
      ("another activation", .decoder, llama(["hidden_act": "relu"])),
      ("a setting that nobody reads", .decoder, llama(["num_experts": 8])),
      (
        "another scaling of positions", .decoder,
        llama(["rope_scaling": ["rope_type": "dynamic", "factor": 2]])
      ),
      ("scaling without its numbers", .decoder, llama(["rope_scaling": ["rope_type": "yarn"]])),
      (
        "a setting of positions that nobody reads", .decoder,
        llama(["rope_scaling": ["rope_type": "linear", "factor": 2, "alpha": 3]])
      ),
      (
        "windows of a family without them", .decoder,
        llama(["sliding_window": 16, "use_sliding_window": true])
      ),
      (
        "another kind of attention", .decoder,
        llama(["layer_types": ["full_attention", "chunked_attention"]])
      ),
      ("products in parts", .decoder, llama(["pretraining_tp": 2])),
      ("heads that do not divide the width", .decoder, llama(["num_attention_heads": 5])),
      ("another quantization", .decoder, quantized(["quant_method": "aqlm"])),
      (
        "GPTQ for one kernel", .decoder,
        quantized(["quant_method": "gptq", "bits": 4, "is_marlin_format": true])
      ),
      (
        "AWQ for one kernel", .decoder,
        quantized(["quant_method": "awq", "bits": 4, "group_size": 128, "version": "gemv"])
      ),
      (
        "bitsandbytes in other elements", .decoder,
        quantized(["quant_method": "bitsandbytes", "bnb_4bit_quant_storage": "bfloat16"])
      ),
      ("a decoder that would embed texts", .encoder, llama([:])),
      ("another activation of an encoder", .encoder, bert(["hidden_act": "relu"])),
      (
        "relative places", .encoder, bert(["position_embedding_type": "relative_key"])
      ),
      (
        "a setting of an encoder that nobody reads", .encoder, bert(["rotary_emb_base": 10_000])
      ),
      ("an encoder that sees what came before alone", .encoder, bert(["is_decoder": true])),
      (
        "another kind of tokens", .tokenizer,
        tokenizer(["model": ["type": "WordLevel", "vocab": [:]]])
      ),
      ("another normalizer", .tokenizer, tokenizer(["normalizer": ["type": "NFKC"]])),
      (
        "words by another expression", .tokenizer,
        tokenizer([
          "pre_tokenizer": [
            "type": "Sequence",
            "pretokenizers": [
              ["type": "Split", "behavior": "Isolated", "pattern": ["Regex": #"\w+"#]],
              ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false],
            ],
          ]
        ])
      ),
      (
        "a space before texts of bytes", .tokenizer,
        tokenizer(["pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": true]])
      ),
      (
        "dropout of merges", .tokenizer,
        tokenizer(["model": ["type": "BPE", "vocab": ["a": 0], "merges": [], "dropout": 0.1]])
      ),
      (
        "another post-processor", .tokenizer, tokenizer(["post_processor": ["type": "Other"]])
      ),
      (
        "pieces without a token for what is unknown", .tokenizer,
        tokenizer(["model": ["type": "Unigram", "vocab": [["a", 0]]]])
      ),
    ]
  }

  /// The sentence, without the folder's path.
  static func sentence(_ file: File, _ settings: Settings) throws -> String? {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try SafeTensorsWriter().write(to: folder.appending(path: "model.safetensors").path)
    let name = file == .tokenizer ? "tokenizer.json" : "config.json"
    let path = folder.appending(path: name).path
    try JSONSerialization.data(withJSONObject: settings).write(to: URL(filePath: path))
    do {
      switch file {
      case .decoder: try ModelSource.open(folder.path, copies: true).requireDecoder()
      case .encoder: _ = try BertConfiguration(folder: folder.path)
      case .tokenizer: _ = try ModelSource.tokenizer(ofFile: path)
      }
      return nil
    } catch { return "\(error)".replacingOccurrences(of: "\(folder.path)/", with: "") }
  }

  /// Rows of the table, as the documentation has them; run alone it prints what should stand there.
  @Test func theDocumentationHasTheSentences() throws {
    let sentences =
      try Self.refusals.map { ($0.what, try Self.sentence($0.file, $0.settings)) }
      + Self.ggufRefusals.map { ($0.what, try Self.sentence($0.contents())) }
    let rows = try sentences.map { what, found in
      let sentence = try #require(found, "\(what) is not refused")
      return "| \(what) | \(sentence.replacingOccurrences(of: "|", with: "\\|")) |"
    }
    let text = try TokenGolden.text("../Docs.docc/Models.md")
    let missing = rows.filter { !text.contains($0) }
    #expect(missing.isEmpty, "\n\(rows.joined(separator: "\n"))\n")
    // Of the table, no row is of something else.
    let table = text.split(separator: "\n").drop { $0 != "| what a file asks for | what is said |" }
      .prefix { $0.hasPrefix("|") }.dropFirst(2)
    #expect(Set(table.map(String.init)) == Set(rows))
  }

  /// Weights in codes are read for encoders as for decoders.
  @Test func encodersInCodesAreRefusedAlike() throws {
    let codes = Self.refusals.filter { $0.settings["quantization_config"] != nil }
    #expect(codes.count == 4)
    for (what, file, settings) in codes {
      let encoder = Self.bert(["quantization_config": settings["quantization_config"] ?? [:]])
      #expect(try Self.sentence(.decoder, encoder) == Self.sentence(file, settings), "\(what)")
    }
  }

  /// A file that was named says what it is, though nothing lies beside it.
  @Test(arguments: [
    ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "pointer of Git LFS"),
    ("<!DOCTYPE html><html></html>", "a page in HTML"), ("", "the file is empty"),
  ])
  func namedFilesSayWhatTheyAre(contents: String, sentence: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["model.safetensors", "model.gguf"] {
      let path = folder.appending(path: name)
      try Data(contents.utf8).write(to: path)
      let error = #expect(throws: (any Error).self) { try ModelSource.open(path.path) }
      #expect("\(try #require(error))".contains(sentence))
    }
  }

  /// Without the change each file is read as far as there are tensors.
  @Test func plainFilesAreRead() throws {
    #expect(try Self.sentence(.decoder, Self.llama([:])) == nil)
    #expect(try Self.sentence(.encoder, Self.bert([:])) == nil)
    let vocabulary = ["model": ["type": "BPE", "vocab": ["a": 0], "merges": [String]()]]
    #expect(try Self.sentence(.tokenizer, Self.tokenizer(vocabulary)) == nil)
    #expect(try Self.sentence(GGUFDecoderTests.file(TinyDecoder()).contents) == nil)
  }
}
