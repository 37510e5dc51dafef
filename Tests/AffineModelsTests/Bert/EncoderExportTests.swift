import AffineFormats
import AffineModels
import Foundation
import Testing

/// What an encoder's folder has beside its tensors, where a trained one is written.
@Suite struct EncoderExportTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

  /// A golden encoder with more files.
  private func original(_ files: [String: String]) throws -> String {
    try FileManager.default.copyItem(
      atPath: "\(ArchitectureGoldenTests.folder)/bert", toPath: folder.path)
    for (name, text) in files {
      let file = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return folder.path
  }

  private static func modules(_ pooling: String) -> String {
    #"[{"path": "", "type": "sentence_transformers.models.Transformer"}, "#
      + #"{"path": "\#(pooling)", "type": "sentence_transformers.models.Pooling"}]"#
  }

  /// Modules may lie deeper; what is about the other model stays with it.
  @Test func filesOfTokenizersAndModulesAreCopied() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let copied = [
      "modules.json": Self.modules("modules/1_Pooling"),
      "modules/1_Pooling/config.json": #"{"pooling_mode_mean_tokens": true}"#,
      "merges.txt": "a b", "vocab.json": #"{"a": 0}"#, "added_tokens.json": "{}",
      "tokenizer_config.json": "{}",
    ]
    let original = try original(
      copied.merging(["README.md": "0.9", "pytorch_model.bin": "x"]) { $1 })
    let model = try BertModel(folder: original, copies: true)
    try TextEmbedder.checkFolder(like: original)
    let place = "\(original)/written"
    try TextEmbedder.writeFolder(BertWeights(model), like: original, to: place)
    for (name, text) in copied {
      #expect(try String(contentsOfFile: "\(place)/\(name)", encoding: .utf8) == text)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: place)
    #expect(!names.contains("README.md") && !names.contains("pytorch_model.bin"))
    let again = try BertModel(folder: place, copies: true)
    #expect(again.configuration == model.configuration)
    #expect(try again.embeddings(of: [[1, 7, 3]]) == model.embeddings(of: [[1, 7, 3]]))
  }

  /// Before training, not after it.
  @Test(arguments: [
    "../1_Pooling", "modules/../../1_Pooling", "/1_Pooling", "..", "../\u{301}a", "/\u{301}a",
    "..\\u0000/a",
  ])
  func modulesOutsideOfTheFolderAreRefused(_ path: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let original = try original(["modules.json": Self.modules(path)])
    let error = #expect(throws: ModelFileError.self) {
      try TextEmbedder.checkFolder(like: original)
    }
    #expect(error?.description.contains("a module outside of its folder") ?? false)
  }

  /// The oldest files of BERT do not name it: they are encoders for all who ask, as others without a name for none.
  @Test func aFamilyThatIsNotNamedIsOneForAll() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let original = try original([:])
    let file = folder.appending(path: "config.json")
    let named = try String(contentsOf: file, encoding: .utf8)
    func config(_ change: (inout [String: Any]) -> Void) throws {
      var members = try #require(
        try JSONSerialization.jsonObject(with: Data(named.utf8)) as? [String: Any])
      change(&members)
      try JSONSerialization.data(withJSONObject: members).write(to: file)
    }
    try config { $0["model_type"] = nil }
    #expect(TextEmbedder.isEncoder(original))
    #expect(try BertConfiguration(folder: original).architecture == .bert)
    try config {
      $0["model_type"] = nil
      $0["type_vocab_size"] = nil
    }
    #expect(!TextEmbedder.isEncoder(original))
    let error = #expect(throws: ModelFileError.self) { try BertConfiguration(folder: original) }
    #expect(error?.description.contains("there is no 'model_type'") ?? false)
    #expect(!ModelSource.isDecoderFolder(original))
    try config { $0["model_type"] = "llama" }
    #expect(!TextEmbedder.isEncoder(original))
    #expect(ModelSource.isDecoderFolder(original))
  }
}
