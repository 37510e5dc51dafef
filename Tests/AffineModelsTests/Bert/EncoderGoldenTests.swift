import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

/// Tiny encoders of BERT's kin against what transformers computes with them; `Tests/Golden/architectures.py` wrote
/// them down.
@Suite struct EncoderGoldenTests {
  static let names = ["bert", "distilbert", "roberta", "xlm-roberta"]

  /// In float32, of which states of a few units keep 6 digits.
  @Test(arguments: names) func findsTheStatesOfTransformers(_ name: String) throws {
    let golden = try ArchitectureGoldenTests.Golden(name)
    let model = try BertModel(folder: "\(ArchitectureGoldenTests.folder)/\(name)")
    let states = try model.run(golden.tokens, on: .threads(1)) { _, _ in }
    #expect(states.shape == golden.logits.shape)
    let largest = golden.distance(states)
    #expect(largest < 1e-4)
    print("\(name): states differ by at most \(largest)")
    // The embedding is the mean of the states.
    let mean = try model.embeddings(of: [golden.tokens])
    for column in 0..<states.shape.columns {
      let sum = (0..<states.shape.rows).reduce(0.0) { $0 + Double(golden.logits[$1, column]) }
      #expect(abs(Double(mean[0, column]) - sum / Double(states.shape.rows)) < 1e-4)
    }
  }

  /// CamemBERT is RoBERTa by another name.
  @Test func camembertIsRoberta() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(
      at: URL(filePath: "\(ArchitectureGoldenTests.folder)/roberta"), to: folder)
    let path = folder.appending(path: "config.json")
    let text = try String(contentsOf: path, encoding: .utf8)
    let renamed = text.replacingOccurrences(
      of: "\"model_type\": \"roberta\"", with: "\"model_type\": \"camembert\"")
    #expect(renamed != text)
    try Data(renamed.utf8).write(to: path)
    let golden = try ArchitectureGoldenTests.Golden("roberta")
    let states = try BertModel(folder: folder.path).run(golden.tokens, on: .threads(1)) { _, _ in }
    #expect(golden.distance(states) < 1e-4)
  }

  /// What is written under the file's own names reads back.
  @Test(arguments: names) func writesItsOwnNames(_ name: String) throws {
    let folder = "\(ArchitectureGoldenTests.folder)/\(name)"
    let golden = try ArchitectureGoldenTests.Golden(name)
    let file = try SafeTensorsFile(path: "\(folder)/model.safetensors")
    var model = try BertModel(folder: folder)
    for linear in model.linearNames { #expect(file.header["\(linear).weight"] != nil) }
    for group in model.normGroups {
      #expect(file.header["\(group.norm).weight"] != nil)
      let width = model.configuration.encoder.width
      model.divideNorm(group.norm, by: Matrix(rows: 1, columns: width) { _, _ in 2 })
      model.divideNorm(group.norm, by: Matrix(rows: 1, columns: width) { _, _ in 0.5 })
    }
    let written = try SafeTensorsWriter(model, from: file).contents
    let again = try BertModel(SafeTensorsFile(contents: Buffer(written)), model.configuration)
    let states = try again.run(golden.tokens, on: .threads(1)) { _, _ in }
    #expect(golden.distance(states) < 1e-4)
  }

  @Test func placesEndWhereThePositionsDo() throws {
    let folder = "\(ArchitectureGoldenTests.folder)/xlm-roberta"
    let model = try BertModel(folder: folder)
    // Of 50 places those up to padding's, 3, are no token's.
    #expect(model.configuration.maximumTokens == 46)
    let tokens = [Int](repeating: 5, count: 47)
    #expect(throws: BertError.tooManyTokens(47, positions: 46)) {
      try model.embeddings(of: [tokens])
    }
    #expect(try model.embeddings(of: [Array(tokens.dropLast())]).shape.rows == 1)
  }

  /// A folder with pieces that have scores, as XLM-RoBERTa's.
  @Test func embedsTextsByTheirPieces() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(
      atPath: "\(ArchitectureGoldenTests.folder)/xlm-roberta", toPath: folder.path)
    let json = TokenizerFileErrorTests.unigram(
      processor: #"{"type":"RobertaProcessing","cls":["b",2],"sep":["a",1]}"#)
    try Data(json.utf8).write(to: folder.appending(path: "tokenizer.json"))
    let embedder = try TextEmbedder(folder: folder.path, copies: true)
    #expect(embedder.tokens("abb c") == [2, 1, 2, 2, 0, 1])
    #expect(embedder.tokens(String(repeating: "a ", count: 100)).count == 46)
    #expect(embedder.tokens(String(repeating: "a ", count: 100)).last == 1)
    #expect(
      try embedder.embeddings(of: ["ab"]) == embedder.model.embeddings(of: [[2, 1, 2, 1]]))
  }

  /// sentence-transformers would make letters small before the tokenizer sees them.
  @Test func smallLettersOfPiecesAreRefused() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(
      atPath: "\(ArchitectureGoldenTests.folder)/xlm-roberta", toPath: folder.path)
    try FileManager.default.createDirectory(
      at: folder.appending(path: "1_Pooling"), withIntermediateDirectories: true)
    let processor = #"{"type":"RobertaProcessing","cls":["b",2],"sep":["a",1]}"#
    for lowers in [false, true] {
      for (name, text) in [
        ("tokenizer.json", TokenizerFileErrorTests.unigram(processor: processor)),
        ("modules.json", #"[{"type": "Transformer"}, {"type": "Pooling", "path": "1_Pooling"}]"#),
        ("1_Pooling/config.json", #"{"pooling_mode": "mean"}"#),
        ("sentence_bert_config.json", #"{"do_lower_case": \#(lowers)}"#),
      ] { try Data(text.utf8).write(to: folder.appending(path: name)) }
      guard lowers else {
        #expect(try TextEmbedder(folder: folder.path, copies: true).tokens("ab") == [2, 1, 2, 1])
        continue
      }
      let error = #expect(throws: ModelFileError.self) {
        try TextEmbedder(folder: folder.path, copies: true)
      }
      #expect("\(try #require(error))".contains("asks for 'do_lower_case' of texts"))
    }
  }
}
