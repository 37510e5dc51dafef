import AffineFormats
import AffineLayers
import AffineModels
import Foundation

extension Target {
  /// A folder of this process that has files of no tensors, and those that a run writes.
  private static let folder: String = {
    let place = FileManager.default.temporaryDirectory.appending(
      path: "affine-fuzz-\(ProcessInfo.processInfo.processIdentifier)")
    do {
      try FileManager.default.createDirectory(
        at: place.appending(path: "1_Pooling"), withIntermediateDirectories: true)
      for name in ["model", "adapter_model"] {
        try SafeTensorsWriter().write(to: place.appending(path: "\(name).safetensors").path)
      }
    } catch { preconditionFailure("\(error)") }
    return place.path
  }()

  private static let names = [
    "config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json",
    "tokenizer_config.json", "adapter_config.json", "model.safetensors.index.json",
    "generation_config.json", "chat_template.jinja", "config_sentence_transformers.json",
    "tokenizer.json",
  ]

  /// The files of a folder beside its tensors, in the order of their names, divided by bytes of one: an empty one is not
  /// there.
  static func settings(_ bytes: [UInt8]) throws {
    let parts = bytes.split(separator: 1, omittingEmptySubsequences: false)
    for (number, name) in names.enumerated() {
      let path = URL(filePath: "\(folder)/\(name)")
      try? FileManager.default.removeItem(at: path)
      guard number < parts.count, !parts[number].isEmpty else { continue }
      try Data(parts[number]).write(to: path)
    }
    if let encoder = try? BertConfiguration(folder: folder) {
      precondition((2...max(encoder.encoder.context, 2)).contains(encoder.maximumTokens))
    }
    if let file = try? SafeTensorsFile(path: "\(folder)/model.safetensors.index.json") {
      precondition(file.names.isEmpty)
    }
    var source = try ModelSource.open(folder)
    try source.configuration.validate()
    _ = try? source.chatTemplate()
    _ = try? source.tokenizer()
    try source.addAdapters(from: folder)
  }
}
