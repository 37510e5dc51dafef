import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

/// Every way in which a folder, a file or tokens can be wrong, by its sentence.
@Suite struct BertErrorTests {
  @Test func tokensAreChecked() throws {
    let small = try SmallBert()
    let model = try BertModel(small.file(), small.configuration)
    func failure(_ sequences: [[Int]]) -> BertError? {
      do { _ = try model.embeddings(of: sequences) } catch { return error }
      return nil
    }
    #expect(failure([[1], []]) == .noTokens(sequence: 1))
    #expect(failure([[1, 50]]) == .unknownToken(50, vocabulary: 50))
    #expect(failure([[-1]]) == .unknownToken(-1, vocabulary: 50))
    #expect(
      failure([Array(repeating: 1, count: 31)]) == .tooManyTokens(31, positions: 30))
    #expect(try model.embeddings(of: []).shape == Shape(0, 24))
  }

  @Test func tensorsAreChecked() throws {
    let small = try SmallBert()
    for name in small.tensors.keys {
      #expect(throws: DecoderError.missingTensor(name)) {
        try BertModel(small.file(without: name), small.configuration)
      }
    }
    let wider = try SmallBert(width: 27).configuration
    #expect(throws: DecoderError.self) { try BertModel(small.file(), wider) }
    let deeper = try SmallBert(layers: 3).configuration
    let name = "encoder.layer.2.attention.output.LayerNorm.weight"
    #expect(throws: DecoderError.missingTensor(name)) {
      try BertModel(small.file(), deeper)
    }
  }

  /// A model of fewer layers than the file has would be another model.
  @Test func tensorsThatNobodyReadsAreNamed() throws {
    let small = try SmallBert()
    let shallower = try SmallBert(layers: 1).configuration
    let error = #expect(throws: ModelFileError.self) { try BertModel(small.file(), shallower) }
    guard case .unusedTensor(let name, blocks: 1) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(name.hasPrefix("encoder.layer.1."))
    let one = Matrix<Float>(rows: 1, columns: 1) { _, _ in 1 }
    for name in [
      "encoder.layer.0.adapter.weight", "classifier.weight", "embeddings.LayerNorm.gamma",
    ] {
      let other = SmallBert(small, replacing: [name: one])
      #expect(throws: ModelFileError.unusedTensor(name, blocks: 2)) {
        try BertModel(other.file(), other.configuration)
      }
    }
    // What whole checkpoints have beside the encoder is no part of an embedding.
    for name in ["pooler.dense.weight", "pooler.dense.bias", "embeddings.position_ids"] {
      let other = SmallBert(small, replacing: [name: one])
      _ = try BertModel(other.file(), other.configuration)
    }
  }

  @Test func textsMustFitThePlaces() throws {
    let encoder = try SmallBert().configuration.encoder
    for longest in [1, 31] {
      #expect(throws: BertError.invalid(field: "longest text", value: longest)) {
        try BertConfiguration(encoder, maximumTokens: longest)
      }
    }
  }

  private static let plain = """
    {"model_type": "bert", "vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 2,
     "num_attention_heads": 3, "intermediate_size": 40, "max_position_embeddings": 30,
     "type_vocab_size": 2, "layer_norm_eps": 1e-5, "hidden_act": "gelu"}
    """

  /// A folder as sentence-transformers writes it, with some files of other contents or missing.
  static func configuration(
    _ changes: [String: String?]
  ) throws -> Result<BertConfiguration, any Error> {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    var files: [String: String?] = [
      "config.json": plain,
      "sentence_bert_config.json": #"{"max_seq_length": 20}"#,
      "modules.json": """
      [{"path": "", "type": "sentence_transformers.models.Transformer"},
       {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
       {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
      """,
      "1_Pooling/config.json":
        #"{"pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true}"#,
    ]
    files.merge(changes) { $1 }
    try FileManager.default.createDirectory(
      at: folder.appending(path: "1_Pooling"), withIntermediateDirectories: true)
    for (name, text) in files {
      try text?.write(to: folder.appending(path: name), atomically: false, encoding: .utf8)
    }
    do { return .success(try BertConfiguration(folder: folder.path())) } catch {
      return .failure(error)
    }
  }

  @Test func readsAFolder() throws {
    let small = try SmallBert().configuration
    #expect(try Self.configuration([:]).get() == small)
    var open = small
    open.normalizes = false
    let modules = """
      [{"path": "", "type": "a.Transformer"}, {"path": "1_Pooling", "type": "a.Pooling"}]
      """
    #expect(try Self.configuration(["modules.json": modules]).get() == open)
  }

  private static func changed(
    _ old: String, _ new: String, _ sentence: String
  ) -> (file: String, text: String?, sentence: String) {
    ("config.json", plain.replacingOccurrences(of: old, with: new), sentence)
  }

  static let wrongFolders: [(file: String, text: String?, sentence: String)] = [
    ("config.json", nil, "config.json, which would say what the model is"),
    ("1_Pooling/config.json", nil, "config.json, which would say how tokens are pooled"),
    ("config.json", "{", "at byte 1"),
    ("config.json", "[]", "an object is expected"),
    ("config.json", #"{"model_type": "deberta"}"#, "the architecture 'deberta' is none of llama"),
    (
      "config.json", #"{"model_type": "bert", "hidden_act": "relu"}"#,
      "asks for the hidden_act 'relu'"
    ),
    ("config.json", #"{"model_type": "bert", "hidden_act": 3}"#, "'hidden_act' is not a text"),
    ("config.json", "{}", "there is no 'model_type'"),
    ("config.json", #"{"model_type": "bert"}"#, "there is no 'max_position_embeddings'"),
    (
      "config.json",
      #"{"model_type": "bert", "max_position_embeddings": 30, "vocab_size": 1.5}"#,
      "'vocab_size' is not a whole number"
    ),
    ("modules.json", "{}", "an array is expected"),
    ("modules.json", "[]", "asks for no modules"),
    changed("\"hidden_size\": 24", "\"hidden_size\": 0", "the width is 0, outside of 1"),
    changed("\"num_hidden_layers\": 2", "\"num_hidden_layers\": -1", "the number of layers is -1"),
    changed("heads\": 3", "heads\": 5", "the width (24) does not fit the number of heads (5)"),
    changed("layer_norm_eps\": 1e-5", "layer_norm_eps\": 0", "the epsilon of norms is 0"),
    ("1_Pooling/config.json", #"{"pooling_mode_cls_token": true}"#, "pooling_mode_cls_token"),
    ("sentence_bert_config.json", #"{"max_seq_length": 1}"#, "longest text cannot be 1"),
  ]

  @Test(arguments: wrongFolders)
  func foldersAreChecked(file: String, text: String?, sentence: String) throws {
    let result = try Self.configuration([file: text])
    guard case .failure(let error) = result else {
      Issue.record("\(file) was taken")
      return
    }
    #expect("\(error)".contains(sentence), "\(error)")
    #expect(!"\(error)".contains("\n"))
  }
}
