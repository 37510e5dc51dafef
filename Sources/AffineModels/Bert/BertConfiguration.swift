internal import AffineFormats
public import AffineLayers

/// An encoder, BERT or one of its kin, and what is made of its output (Devlin et al., 2018; Reimers and Gurevych,
/// 2019).
public struct BertConfiguration: Sendable, Hashable {
  /// The family: what files call things.
  public let architecture: Architecture
  /// Its layers.
  public var encoder: DecoderConfiguration
  /// Tokens that are kept of a text, with those that mark its ends.
  public var maximumTokens: Int
  /// Whether embeddings have the length 1.
  public var normalizes: Bool

  /// Collects the choices.
  ///
  /// - Parameters:
  ///   - encoder: The layers.
  ///   - architecture: The names of tensors and settings in files.
  ///   - maximumTokens: Tokens that are kept of a text, with those that mark its ends: 2 to the places.
  ///   - normalizes: Whether embeddings have the length 1.
  /// - Throws: ``BertError/invalid(field:value:)``: a longest text that the places have no room for.
  public init(
    _ encoder: DecoderConfiguration, architecture: Architecture = .bert, maximumTokens: Int,
    normalizes: Bool = true
  ) throws(BertError) {
    // The two tokens that mark a text's ends must fit.
    guard (2...max(encoder.context, 2)).contains(maximumTokens) else {
      throw .invalid(field: "longest text", value: maximumTokens)
    }
    self.architecture = architecture
    self.encoder = encoder
    self.maximumTokens = maximumTokens
    self.normalizes = normalizes
  }

  /// Reads `config.json`, `modules.json` and what that names, of a folder as sentence-transformers
  /// writes it.
  ///
  /// - Throws: ``ModelFileError``: a file or a field that is missing, or a model of another kind; ``BertError``.
  public init(folder: String) throws {
    let folder = ModelFolder(path: folder)
    let settings = try folder.document("config.json", saying: "what the model is")
    let (architecture, encoder) = try Architecture.read(settings, context: nil)
    try architecture.require(encoder: true, in: settings.file)
    // Far more than any model's, perhaps beyond 64 bits, stands for none.
    func count(_ settings: ModelSettings?, _ name: String) throws(ModelFileError) -> Int? {
      if case .otherNumber = settings?.value(name) { return nil }
      return try settings?.int(name)
    }
    // The tokenizer's own count where the other is missing.
    let longest =
      try count(folder.sentenceSettings(), "max_seq_length")
      ?? count(folder.optionalDocument("tokenizer_config.json"), "model_max_length")
    try self.init(
      encoder, architecture: architecture,
      maximumTokens: min(longest ?? encoder.context, encoder.context),
      normalizes: Self.normalizes(folder))
  }

  /// Whether the modules after the encoder, mean pooling and perhaps a norm, end with the norm.
  private static func normalizes(_ folder: ModelFolder) throws(ModelFileError) -> Bool {
    // Without it, the mean is taken and nothing follows.
    guard let modules = try folder.modules() else { return false }
    let kinds = try modules.map { module throws(ModelFileError) in
      try module.word("type")?.split(separator: ".").last.map(String.init) ?? ""
    }
    guard kinds == ["Transformer", "Pooling"] || kinds == ["Transformer", "Pooling", "Normalize"]
    else {
      throw .unsupported(
        file: folder.path(of: "modules.json"),
        what: kinds.isEmpty ? "no modules" : "the modules \(kinds.joined(separator: ", "))")
    }
    if let path = try modules[0].text("path"), !path.isEmpty {
      throw .unsupported(file: modules[0].file, what: "an encoder in the folder '\(path)'")
    }
    try requireMeans(
      folder.document(
        "\(modules[1].text("path") ?? "")/config.json", saying: "how tokens are pooled"))
    return kinds.last == "Normalize"
  }

  /// Refuses all ways of pooling but the mean, in the older spelling and in that of one word or several.
  private static func requireMeans(_ pooling: ModelSettings) throws(ModelFileError) {
    let mean = "pooling_mode_mean_tokens"
    var modes = (pooling.value.members ?? []).filter { $0.value == .boolean(true) }.map(\.name)
      .filter { $0.begins(with: "pooling_mode_") }
    let words =
      if case .array = pooling.value("pooling_mode") { try pooling.texts("pooling_mode") } else {
        try pooling.text("pooling_mode").map { [$0] }
      }
    modes += (words ?? []).map { $0.isSame(as: "mean") ? mean : "the pooling_mode '\($0)'" }
    guard !modes.isEmpty, modes.allSatisfy({ $0.isSame(as: mean) }) else {
      throw .unsupported(
        file: pooling.file, what: modes.isEmpty ? "no pooling" : modes.joined(separator: " and "))
    }
  }
}
