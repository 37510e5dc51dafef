import AffineModels
import Foundation
import Testing

/// What the small files of a folder of sentence-transformers say, of several of its versions.
@Suite struct BertSettingsTests {
  typealias Files = [String: String?]

  private static let settings = "sentence_bert_config.json"
  private static let tokenizer = "tokenizer_config.json"
  private static let pooling = "1_Pooling/config.json"

  /// As version 6 writes them: other names of modules, one word for the pooling, and the longest text in the tokenizer's
  /// settings alone.
  private static let sixth: Files = [
    "modules.json": """
    [{"idx": 0, "name": "0", "path": "",
      "type": "sentence_transformers.base.modules.transformer.Transformer"},
     {"idx": 1, "name": "1", "path": "1_Pooling",
      "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"},
     {"idx": 2, "name": "2", "path": "2_Normalize",
      "type": "sentence_transformers.sentence_transformer.modules.normalize.Normalize"}]
    """,
    pooling: #"{"embedding_dimension": 24, "pooling_mode": "mean", "include_prompt": true}"#,
    settings: """
    {"transformer_task": "feature-extraction", "module_output_name": "token_embeddings",
     "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}}
    """,
    "config_sentence_transformers.json": """
    {"__version__": {"sentence_transformers": "6.0.0"}, "model_type": "SentenceTransformer",
     "prompts": {"query": "", "document": ""}, "default_prompt_name": null,
     "similarity_fn_name": "cosine"}
    """,
    tokenizer: #"{"tokenizer_class": "BertTokenizer", "model_max_length": 4}"#,
  ]

  /// Of 30 places; the other settings say 20 tokens.
  static let lengths: [(files: Files, expected: Int)] = [
    ([:], 20),
    ([tokenizer: #"{"model_max_length": 8}"#], 20),
    ([settings: nil, tokenizer: #"{"model_max_length": 8}"#], 8),
    ([settings: "{}", tokenizer: #"{"model_max_length": 8}"#], 8),
    ([settings: #"{"max_seq_length": null}"#, tokenizer: #"{"model_max_length": 8}"#], 8),
    // Without modules, nothing of sentence-transformers counts.
    (["modules.json": nil, tokenizer: #"{"model_max_length": 8}"#], 8),
    (["modules.json": nil], 30),
    ([settings: nil], 30),
    ([settings: nil, tokenizer: #"{"model_max_length": 512}"#], 30),
    // What stands for no bound at all.
    ([settings: nil, tokenizer: #"{"model_max_length": 1000000000000000019884624838656}"#], 30),
    ([settings: nil, tokenizer: #"{"model_max_length": 1e30}"#], 30),
    ([settings: #"{"max_seq_length": 4611686018427387904}"#], 30),
    (sixth, 4),
  ]

  @Test(arguments: lengths) func theLongestTextIsThatOfTheFiles(
    _ files: Files, _ expected: Int
  ) throws {
    let configuration = try BertErrorTests.configuration(files).get()
    #expect(configuration.maximumTokens == expected)
  }

  private static func modules(_ kinds: [String], encoder: String = "") -> String {
    let modules = kinds.map {
      #"{"path": "\#($0 == "Transformer" ? encoder : "1_Pooling")", "type": "models.\#($0)"}"#
    }
    return "[\(modules.joined(separator: ", "))]"
  }

  static let refusals: [(files: Files, sentence: String)] = [
    ([settings: nil, tokenizer: #"{"model_max_length": -5}"#], "longest text cannot be -5"),
    ([settings: nil, tokenizer: #"{"model_max_length": "8"}"#], "'model_max_length' is not a"),
    ([pooling: #"{"pooling_mode": "cls"}"#], "asks for the pooling_mode 'cls', which"),
    ([pooling: #"{"pooling_mode": "lasttoken"}"#], "asks for the pooling_mode 'lasttoken', which"),
    (
      [pooling: #"{"pooling_mode": ["mean", "max"]}"#],
      "asks for pooling_mode_mean_tokens and the pooling_mode 'max', which"
    ),
    ([pooling: #"{"pooling_mode": []}"#], "asks for no pooling, which"),
    ([pooling: #"{"pooling_mode": 3}"#], "'pooling_mode' is not a text"),
    ([pooling: #"{"pooling_mode_mean_tokens": false}"#], "asks for no pooling, which"),
    (
      [pooling: #"{"pooling_mode_max_tokens": true, "pooling_mode_mean_tokens": true}"#],
      "asks for pooling_mode_max_tokens and pooling_mode_mean_tokens, which"
    ),
    (
      ["modules.json": modules(["Transformer", "Pooling", "Dense", "Normalize"])],
      "asks for the modules Transformer, Pooling, Dense, Normalize, which"
    ),
    (["modules.json": modules(["BoW"])], "asks for the modules BoW, which"),
    (
      ["modules.json": modules(["Transformer", "Pooling"], encoder: "0_Transformer")],
      "asks for an encoder in the folder '0_Transformer', which"
    ),
  ]

  @Test(arguments: refusals) func whatIsNotSupportedIsNamed(
    _ files: Files, _ sentence: String
  ) throws {
    guard case .failure(let error) = try BertErrorTests.configuration(files) else {
      Issue.record("\(files) was taken")
      return
    }
    #expect("\(error)".contains(sentence), "\(error)")
  }

  /// One word is as good as several that say the same.
  @Test(arguments: [#"{"pooling_mode": "mean"}"#, #"{"pooling_mode": ["mean"]}"#])
  func theMeanHasSeveralSpellings(_ text: String) throws {
    #expect(
      try BertErrorTests.configuration([Self.pooling: text]).get()
        == BertErrorTests.configuration([:]).get())
  }

  private static let names = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Paris", "paris", "café", "cafe", "中", "文", "中文",
  ]
  private static let vocabulary: Files = ["vocab.txt": names.joined(separator: "\n")]

  /// A folder with a `tokenizer.json` that says something otherwise, and without a `vocab.txt`.
  private static func fast(
    _ name: String? = nil, _ value: String = "", _ files: Files = [:]
  ) -> Files {
    let text = BertFolderTests.tokenizer(names) { text in
      guard let name else { return }
      for usual in ["true", "null"] {
        text = text.replacingOccurrences(of: "\"\(name)\": \(usual)", with: "\"\(name)\": \(value)")
      }
    }
    return files.merging(["tokenizer.json": text, "vocab.txt": nil]) { $1 }
  }

  /// With modules, and a longest text of the settings' own.
  private static func lowered(_ text: String, _ files: Files) -> Files {
    sixth.merging([settings: text, tokenizer: #"{"do_lower_case": false}"#]) { $1 }
      .merging(files) { $1 }
  }

  /// The tokens of "Paris café 中文" between those of its ends: as the library `tokenizers` has them.
  static let tokens: [(files: Files, expected: [Int])] = [
    ([:], [6, 8, 9, 10]),
    ([tokenizer: "{}"], [6, 8, 9, 10]),
    ([tokenizer: #"{"do_lower_case": false}"#], [5, 7, 9, 10]),
    ([tokenizer: #"{"do_lower_case": false, "strip_accents": true}"#], [5, 8, 9, 10]),
    ([tokenizer: #"{"do_lower_case": true, "strip_accents": null}"#], [6, 8, 9, 10]),
    ([tokenizer: #"{"strip_accents": false}"#], [6, 7, 9, 10]),
    ([tokenizer: #"{"tokenize_chinese_chars": false}"#], [6, 8, 11]),
    (fast(), [6, 8, 9, 10]),
    (fast("lowercase", "false"), [5, 7, 9, 10]),
    (fast("strip_accents", "false"), [6, 7, 9, 10]),
    (fast("handle_chinese_chars", "false"), [6, 8, 11]),
    (
      fast("lowercase", "false", [tokenizer: #"{"do_lower_case": false}"#]),
      [5, 7, 9, 10]
    ),
    // Letters are made small before the tokenizer sees them, and accents stay.
    (lowered(#"{"do_lower_case": true}"#, [:]), [6, 7, 9, 10]),
    (lowered(#"{"do_lower_case": false}"#, [:]), [5, 7, 9, 10]),
    (lowered(#"{"do_lower_case": true}"#, ["modules.json": nil]), [5, 7, 9, 10]),
    // Four tokens with the ends.
    (fast(nil, "", sixth), [6, 8]),
  ]

  @Test(arguments: tokens) func textsAreCutAsTheFilesSay(_ files: Files, _ expected: [Int]) throws {
    let embedder = try BertFolderTests.embedder(Self.vocabulary.merging(files) { $1 }).get()
    #expect(embedder.tokens("Paris café 中文") == [2] + expected + [3])
  }

  /// What one file says must be what the other does.
  @Test(arguments: ["do_lower_case", "strip_accents", "tokenize_chinese_chars"])
  func contradictionsAreRefused(_ name: String) throws {
    let value = name == "strip_accents" ? "true" : "false"
    let files = Self.fast(
      "strip_accents", "false", [Self.tokenizer: #"{"\#(name)": \#(value)}"#])
    guard case .failure(let error) = try BertFolderTests.embedder(files) else {
      Issue.record("\(name) was taken")
      return
    }
    #expect("\(error)".contains("asks for a '\(name)' other than that of tokenizer.json, which"))
  }
}
