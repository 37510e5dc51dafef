import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

/// Folders of Hugging Face that are written, read again.
@Suite struct FolderExportTests {
  private let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path

  private func exported(_ source: ModelSource, _ model: Transformer) throws -> ModelSource {
    try source.writeFolder(model, to: place)
    return try ModelSource.open(place)
  }

  /// Every tensor bit for bit, whether the model came from a folder or from GGUF.
  @Test(
    arguments: ArchitectureGoldenTests.names.flatMap { [$0, "\($0)/model.gguf"] }.filter {
      FileManager.default.fileExists(atPath: "\(ArchitectureGoldenTests.folder)/\($0)")
    })
  func aModelIsReadAgain(file: String) throws {
    let path = "\(ArchitectureGoldenTests.folder)/\(file)"
    defer { try? FileManager.default.removeItem(atPath: place) }
    let source = try ModelSource.open(path)
    let model = try Transformer(source)
    if ["llama", "qwen3", "phi3"].contains(where: { file == "\($0)/model.gguf" }) {
      // GGUF files say what positions are divided by, not the rule of Llama 3, YaRN or LongRoPE.
      #expect(throws: ModelFileError.self) {
        try source.writeFolder(model, to: place)
      }
      #expect(!FileManager.default.fileExists(atPath: place))
      return
    }
    let again = try Transformer(exported(source, model))
    // Whoever reads the folder is not told of what sees images and is not there.
    let settings = try String(contentsOfFile: "\(place)/config.json", encoding: .utf8)
    #expect(!settings.contains("vision_config") && !settings.contains("ForConditionalGeneration"))
    #expect(again.parameters.map(\.name) == model.parameters.map(\.name))
    for (found, expected) in zip(again.parameters, model.parameters) {
      // The offset of a norm's weight is taken out and put back: half a unit of the sum at most each way.
      let isShifted = again.configuration.normOffset != model.configuration.normOffset
      let offset = again.configuration.normOffset - model.configuration.normOffset
      let (a, b) = (found.value.floats(), expected.value.floats())
      #expect(a.shape == b.shape)
      for (x, y) in zip(a.values.array, b.values.array) {
        guard isShifted, expected.name.contains("norm") else {
          #expect(x == y)
          continue
        }
        #expect(abs(x + offset - y) <= max(abs(x), abs(y), 1) * 0x1p-23)
      }
    }
  }

  /// What runs from the folder says what the golden file says.
  @Test(arguments: ArchitectureGoldenTests.names)
  func theFolderRuns(name: String) throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/\(name)")
    let golden = try ArchitectureGoldenTests.Golden(name)
    let model = try exported(source, Transformer(source)).model(activations: .float32)
    var cache = KeyValueCache(model.configuration, format: .float32)
    try model.eachLogits(after: golden.tokens, &cache) { logits, first in
      #expect(golden.distance(logits, first: first) < 1e-4)
    }
  }

  /// The tokenizer of a GGUF file, read again from the folder, makes the same tokens of a text of many scripts.
  @Test(.enabled(if: Model.smolLM2 != nil && Model.gemma3 != nil), arguments: [0, 1])
  func theTokenizerIsTheSame(which: Int) throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let path = try #require(which == 0 ? Model.smolLM2 : Model.gemma3)
    let source = try ModelSource.open(path)
    try source.writeFolder(source, to: place)
    let again = try ModelSource.open(place)
    let (expected, found) = (try source.tokenizer(), try again.tokenizer())
    let golden = URL(filePath: ArchitectureGoldenTests.folder).deletingLastPathComponent()
    let text = try String(contentsOf: golden.appending(path: "mixed.txt"), encoding: .utf8)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      #expect(found.tokens(String(line)) == expected.tokens(String(line)))
    }
    #expect(found.ends == expected.ends)
    #expect(try again.chatTemplate() == source.chatTemplate())
  }
}
