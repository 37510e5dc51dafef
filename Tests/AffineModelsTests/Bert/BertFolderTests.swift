import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

/// Folders with `tokenizer.json`, of which newer ones have no `vocab.txt`.
@Suite struct BertFolderTests {
  private static let names =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "paris", "is", "a", "##b", "caf", "##e"]

  /// As the library `tokenizers` writes it.
  static func tokenizer(
    _ names: [String] = names, _ change: (inout String) -> Void = { _ in }
  )
    -> String
  {
    let vocabulary = names.enumerated().map { #""\#($1)": \#($0)"# }.joined(separator: ", ")
    let added = names.prefix(5).enumerated().map { #"{"id": \#($0), "content": "\#($1)"}"# }
    var text = """
      {"added_tokens": [\(added.joined(separator: ", "))],
       "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                      "strip_accents": null, "lowercase": true},
       "pre_tokenizer": {"type": "BertPreTokenizer"},
       "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                 "max_input_chars_per_word": 100, "vocab": {\(vocabulary)}}}
      """
    change(&text)
    return text
  }

  static func embedder(
    _ files: [String: String?]
  ) throws -> Result<TextEmbedder, any Error> {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(
      at: folder.appending(path: "1_Pooling"), withIntermediateDirectories: true)
    var writer = SafeTensorsWriter()
    for (name, matrix) in try SmallBert().tensors { try writer.add(name, matrix) }
    try writer.write(to: folder.appending(path: "model.safetensors").path())
    var all: [String: String?] = [
      "config.json": """
      {"model_type": "bert", "vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 2,
       "num_attention_heads": 3, "intermediate_size": 40, "max_position_embeddings": 30,
       "type_vocab_size": 2, "layer_norm_eps": 1e-5, "hidden_act": "gelu"}
      """,
      "vocab.txt": names.joined(separator: "\n") + "\n",
      "sentence_bert_config.json": #"{"max_seq_length": 4, "do_lower_case": true}"#,
    ]
    all.merge(files) { $1 }
    for (name, text) in all {
      try text?.write(to: folder.appending(path: name), atomically: false, encoding: .utf8)
    }
    do { return .success(try TextEmbedder(folder: folder.path(), copies: true)) } catch {
      return .failure(error)
    }
  }

  /// The tokens are those of `tokenizers`; without `modules.json` nothing of sentence-transformers counts,
  /// such as its four tokens.
  @Test func eitherFileHasTheTokens() throws {
    let text = "Paris is a Café ab"
    let expected = [2, 5, 6, 7, 9, 10, 7, 8, 3]
    for files in [
      [:], ["tokenizer.json": Self.tokenizer()],
      ["tokenizer.json": Self.tokenizer(), "vocab.txt": nil],
    ] as [[String: String?]] {
      let embedder = try Self.embedder(files).get()
      #expect(embedder.tokens(text) == expected)
      #expect(try embedder.embeddings(of: [text]).shape == Shape(1, 24))
    }
  }

  static let refusals: [(old: String, new: String, sentence: String)] = [
    (#""WordPiece""#, #""BPE""#, "asks for the type 'BPE' in place of 'WordPiece'"),
    ("BertPreTokenizer", "Whitespace", "asks for the type 'Whitespace'"),
    ("prefix\": \"##\"", "prefix\": \"@@\"", "prefix '@@'"),
    ("per_word\": 100", "per_word\": 200", "words of up to 200 characters"),
    (#""id": 4, "content": "[MASK]""#, #""id": 5, "content": "paris""#, "the added token 'paris'"),
    ("##e\": 10", "##e\": 9", "not numbered from 0 to 10"),
    ("##e\": 10", "##f\": 10", "its tokens are not those of tokenizer.json"),
  ]

  @Test(arguments: refusals) func otherTokenizersAreRefused(
    _ old: String, _ new: String, _ sentence: String
  ) throws {
    let text = Self.tokenizer { $0 = $0.replacingOccurrences(of: old, with: new) }
    #expect(text != Self.tokenizer())
    guard case .failure(let error) = try Self.embedder(["tokenizer.json": text]) else {
      Issue.record("\(new) was taken")
      return
    }
    #expect("\(error)".contains(sentence), "\(error)")
  }

  @Test func whatIsMissingIsNamed() throws {
    for (files, sentence) in [
      (["vocab.txt": nil], "vocab.txt, which would say the tokens, as tokenizer.json would"),
      (["model.safetensors": ""], "the file is empty"),
      (
        ["config_sentence_transformers.json": #"{"default_prompt_name": "query"}"#],
        "asks for the default prompt 'query'"
      ),
    ] as [([String: String?], String)] {
      guard case .failure(let error) = try Self.embedder(files) else {
        Issue.record("\(files) was taken")
        continue
      }
      #expect("\(error)".contains(sentence), "\(error)")
    }
  }

  /// An encoder inside of another model has other names.
  @Test func prefixedTensorsAreNamed() throws {
    let small = try SmallBert()
    var writer = SafeTensorsWriter()
    for (name, matrix) in small.tensors { try writer.add("bert." + name, matrix) }
    let file = try SafeTensorsFile(contents: Buffer(writer.contents))
    #expect(throws: BertError.prefixedTensors("bert.")) {
      try BertModel(file, small.configuration)
    }
  }
}
