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
      #expect(throws: BertError.tensors(.missing(name: name))) {
        try BertModel(small.file(without: name), small.configuration)
      }
    }
    let wider = try SmallBert(width: 27).configuration
    #expect(throws: BertError.self) { try BertModel(small.file(), wider) }
    let deeper = try SmallBert(layers: 3).configuration
    let name = "encoder.layer.2.attention.self.query.bias"
    #expect(throws: BertError.tensors(.missing(name: name))) {
      try BertModel(small.file(), deeper)
    }
  }

  /// A model of fewer layers than the file has would be another model.
  @Test func tensorsThatNobodyReadsAreNamed() throws {
    let small = try SmallBert()
    let shallower = try SmallBert(layers: 1).configuration
    let error = #expect(throws: BertError.self) { try BertModel(small.file(), shallower) }
    guard case .unusedTensor(let name, layers: 1) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(name.hasPrefix("encoder.layer.1."))
    let one = Matrix<Float>(rows: 1, columns: 1) { _, _ in 1 }
    for name in [
      "encoder.layer.0.adapter.weight", "classifier.weight", "embeddings.LayerNorm.gamma",
    ] {
      let other = SmallBert(small, replacing: [name: one])
      #expect(throws: BertError.unusedTensor(name, layers: 2)) {
        try BertModel(other.file(), other.configuration)
      }
    }
    // What whole checkpoints have beside the encoder is no part of an embedding.
    for name in ["pooler.dense.weight", "pooler.dense.bias", "embeddings.position_ids"] {
      let other = SmallBert(small, replacing: [name: one])
      _ = try BertModel(other.file(), other.configuration)
    }
  }

  @Test func extentsAreChecked() {
    func configuration(
      width: Int = 24, layers: Int = 1, heads: Int = 3, positions: Int = 8, longest: Int = 8
    ) throws(BertError) -> BertConfiguration {
      try BertConfiguration(
        vocabulary: 5, width: width, layers: layers, heads: heads, innerWidth: 4,
        positions: positions, tokenTypes: 1, maximumTokens: longest)
    }
    #expect(throws: BertError.unevenHeads(heads: 5, width: 24)) { try configuration(heads: 5) }
    #expect(throws: BertError.invalid(field: "width", value: 0)) { try configuration(width: 0) }
    #expect(throws: BertError.invalid(field: "number of layers", value: -1)) {
      try configuration(layers: -1)
    }
    for longest in [1, 9] {
      #expect(throws: BertError.invalid(field: "longest text", value: longest)) {
        try configuration(longest: longest)
      }
    }
  }

  /// A folder as sentence-transformers writes it, with some files of other contents or missing.
  private static func configuration(
    _ changes: [String: String?]
  ) throws -> Result<BertConfiguration, BertError> {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    var files: [String: String?] = [
      "config.json": """
      {"model_type": "bert", "vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 2,
       "num_attention_heads": 3, "intermediate_size": 40, "max_position_embeddings": 30,
       "type_vocab_size": 2, "layer_norm_eps": 1e-5, "hidden_act": "gelu"}
      """,
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

  static let wrongFolders: [(file: String, text: String?, sentence: String)] = [
    ("config.json", nil, "config.json, which would say what the model is"),
    ("1_Pooling/config.json", nil, "config.json, which would say how tokens are pooled"),
    ("config.json", "{", "at byte 1"),
    ("config.json", "[]", "an object is expected"),
    ("config.json", #"{"model_type": "deberta"}"#, "asks for the model_type 'deberta'"),
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
