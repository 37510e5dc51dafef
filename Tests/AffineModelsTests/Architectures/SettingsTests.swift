import AffineFormats
import AffineLayers
import AffineModels
import Foundation
import Testing

/// What a `config.json` says beside the extents, and when it is looked at.
@Suite struct SettingsTests {
  typealias Settings = RefusalTests.Settings

  /// What published encoders have beside the extents, of several years.
  static var published: [(what: String, settings: Settings)] {
    [
      (
        "multilingual BERT",
        RefusalTests.bert([
          "architectures": ["BertForMaskedLM"], "attention_probs_dropout_prob": 0.1,
          "directionality": "bidi", "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
          "initializer_range": 0.02, "pad_token_id": 0, "pooler_fc_size": 768,
          "pooler_num_attention_heads": 12, "pooler_num_fc_layers": 3,
          "pooler_size_per_head": 128, "pooler_type": "first_token_transform",
          "position_embedding_type": "absolute", "transformers_version": "4.33.3",
          "use_cache": true,
        ])
      ),
      (
        "sentences of a small BERT",
        RefusalTests.bert([
          "_name_or_path": "old/0_Transformer", "cell": Settings(), "emb_size": 312,
          "gradient_checkpointing": false, "pre_trained": "", "structure": [String](),
          "training": "", "id2label": ["0": "LABEL_0"], "label2id": ["LABEL_0": 0],
          "classifier_dropout": NSNull(), "torch_dtype": "float16",
          "is_matryoshka": true, "matryoshka_dimensions": [8, 16],
          "tokenizer_class": "XLMRobertaTokenizer", "_attn_implementation_autoset": true,
        ])
      ),
      (
        "the first versions of the library",
        RefusalTests.bert([
          "finetuning_task": NSNull(), "num_labels": 2, "output_attentions": false,
          "output_hidden_states": true, "output_past": true, "pruned_heads": Settings(),
          "torchscript": false, "use_bfloat16": false, "is_decoder": false, "do_sample": false,
          "eos_token_ids": 0, "length_penalty": 1.0, "max_length": 20, "num_beams": 1,
          "num_return_sequences": 1, "repetition_penalty": 1.0, "temperature": 1.0, "top_k": 50,
          "top_p": 1.0,
        ])
      ),
      (
        "DistilBERT",
        [
          "model_type": "distilbert", "activation": "gelu", "attention_dropout": 0.1, "dim": 32,
          "dropout": 0.1, "hidden_dim": 8, "initializer_range": 0.02,
          "max_position_embeddings": 64, "n_heads": 4, "n_layers": 2, "output_past": true,
          "pad_token_id": 0, "qa_dropout": 0.1, "seq_classif_dropout": 0.2,
          "sinusoidal_pos_embds": true, "tie_weights_": true, "vocab_size": 8,
        ]
      ),
      (
        "XLM-RoBERTa",
        RefusalTests.bert([
          "model_type": "xlm-roberta", "type_vocab_size": 1, "bos_token_id": 0, "eos_token_id": 2,
          "pad_token_id": 1, "language": "english", "name": "XLMRoberta", "output_past": true,
          "problem_type": "regression", "chunk_size_feed_forward": 64,
        ])
      ),
    ]
  }

  @Test func publishedEncodersAreRead() throws {
    for (what, settings) in Self.published {
      let sentence = try RefusalTests.sentence(.encoder, settings)
      #expect(sentence == nil, "\(what)")
    }
  }

  /// A family does not change what is harmless: of each, all else is refused by its name.
  @Test(arguments: [
    "add_cross_attention", "alibi_scaling", "embedding_size", "is_decoder", "layer_norm_type",
    "use_bias",
  ])
  func whatChangesAnEncoderIsRefused(_ name: String) throws {
    for (what, settings) in Self.published {
      let changed = settings.merging([name: true]) { $1 }
      let sentence = try RefusalTests.sentence(.encoder, changed)
      #expect(sentence?.contains("'\(name)' (true)") ?? false, "\(what)")
    }
    let pruned = try RefusalTests.sentence(
      .encoder, RefusalTests.bert(["pruned_heads": ["0": [1]]]))
    #expect(pruned?.contains("'pruned_heads'") ?? false)
  }

  /// Gemma has another name for its activation, which is nothing to other families.
  @Test func onlyGemmaHasItsNameOfTheActivation() throws {
    let hidden = ["hidden_act": "relu", "hidden_activation": "silu"]
    #expect(
      try RefusalTests.sentence(.decoder, RefusalTests.llama(hidden))?.contains("hidden_act 'relu'")
        ?? false)
    #expect(
      try RefusalTests.sentence(.decoder, RefusalTests.llama(["hidden_activation": "silu"]))?
        .contains("'hidden_activation'") ?? false)
    var gemma = RefusalTests.llama(["model_type": "gemma3_text", "hidden_act": "gelu"])
    #expect(
      try RefusalTests.sentence(.decoder, gemma)?.contains("hidden_act 'gelu'") ?? false)
    gemma["hidden_activation"] = "gelu_pytorch_tanh"
    #expect(try RefusalTests.sentence(.decoder, gemma) == nil)
    gemma["hidden_activation"] = "relu"
    #expect(
      try RefusalTests.sentence(.decoder, gemma)?.contains("hidden_activation 'relu'") ?? false)
  }

  /// A folder with a configuration and without tensors.
  private func inFolder(_ settings: Settings, _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try JSONSerialization.data(withJSONObject: settings)
      .write(to: folder.appending(path: "config.json"))
    try body(folder.path)
  }

  @Test func theKindComesBeforeTensors() throws {
    try inFolder(RefusalTests.llama([:])) { folder in
      let file = "\(folder)/config.json"
      #expect(throws: ModelFileError.otherKind(file: file, "llama", isEncoder: false)) {
        try TextEmbedder(folder: folder)
      }
    }
    try inFolder(RefusalTests.bert([:])) { folder in
      let file = "\(folder)/config.json"
      #expect(throws: ModelFileError.otherKind(file: file, "bert", isEncoder: true)) {
        try LanguageModel(folder)
      }
    }
  }

  /// Not those of the tensors' file.
  @Test(arguments: [
    ("hidden_size", 0), ("num_attention_heads", 5), ("num_hidden_layers", 0), ("vocab_size", -1),
    ("max_position_embeddings", 0),
  ])
  func wrongNumbersAreThoseOfTheirFile(_ name: String, _ value: Int) throws {
    for plain in [RefusalTests.bert([:]), RefusalTests.llama([:])] {
      try inFolder(plain.merging([name: value]) { $1 }) { folder in
        let error = #expect(throws: ModelFileError.self) {
          if plain["type_vocab_size"] == nil {
            _ = try LanguageModel(folder)
          } else {
            _ = try TextEmbedder(folder: folder)
          }
        }
        let sentence = try #require(error).description
        #expect(sentence.hasPrefix("\(folder)/config.json: "), "\(sentence)")
      }
    }
  }

  /// Nor those of a caller.
  @Test(arguments: [0, -1, .min]) func aContextThatCannotBeWantedIsTheCallers(_ context: Int) throws
  {
    let error = DecoderError.outOfRange(
      "the context that is wanted", value: context, range: 1...Int.max)
    let file = "\(ArchitectureGoldenTests.folder)/llama/model.gguf"
    #expect(throws: error) { try ModelSource.open(file, context: context) }
    try inFolder(RefusalTests.llama([:])) { folder in
      #expect(throws: error) { try ModelSource.open(folder, context: context) }
    }
  }

  /// What no file could hold becomes the size of nothing, in layers of decoders and of encoders.
  @Test(arguments: [
    "hidden_size", "num_hidden_layers", "vocab_size", "max_position_embeddings",
    "num_attention_heads", "intermediate_size", "num_key_value_heads", "head_dim",
  ])
  func countsThatNoFileHolds(_ name: String) throws {
    let counts: [Any] = [1 << 62, 1 << 31, Int.max, Int.min, -(1 << 31), 1e18, -1e18, 1e300]
    let began = ContinuousClock.now
    for plain in [RefusalTests.bert([:]), RefusalTests.llama([:])] {
      let file = plain["type_vocab_size"] == nil ? RefusalTests.File.decoder : .encoder
      for count in counts {
        let sentence = try RefusalTests.sentence(file, plain.merging([name: count]) { $1 })
        #expect(sentence?.hasPrefix("config.json: ") ?? false, "\(count): \(sentence ?? "taken")")
      }
    }
    // All of them together, on a machine with other work.
    #expect(began.duration(to: .now) < .seconds(10))
  }

  /// Of a size that a model may have, though not with the tensors of this file.
  @Test(arguments: [
    ("hidden_size", 1 << 24), ("num_hidden_layers", 1 << 12), ("vocab_size", 1 << 24),
    ("num_attention_heads", 1 << 12), ("intermediate_size", 1 << 24), ("head_dim", 1 << 12),
  ])
  func countsThatTheTensorsDoNotHave(_ name: String, _ count: Int) throws {
    for golden in ["llama", "bert"] where golden == "llama" || name != "head_dim" {
      let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      defer { try? FileManager.default.removeItem(at: folder) }
      try FileManager.default.copyItem(
        atPath: "\(ArchitectureGoldenTests.folder)/\(golden)", toPath: folder.path)
      let path = folder.appending(path: "config.json")
      let plain = try String(contentsOf: path, encoding: .utf8)
      let text = plain.replacing(try Regex(#""\#(name)": \d+"#), with: "\"\(name)\": \(count)")
      #expect(text != plain)
      try Data(text.utf8).write(to: path)
      #expect(throws: (any Error).self) {
        if golden == "llama" {
          _ = try ModelSource.open(folder.path, copies: true).model(activations: .float32)
        } else {
          _ = try BertModel(folder: folder.path, copies: true)
        }
      }
    }
  }
}
