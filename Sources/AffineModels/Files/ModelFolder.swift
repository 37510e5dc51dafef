internal import AffineFormats

/// The JSON files of a folder that holds a model.
struct ModelFolder {
  let path: String

  /// The path of a file in the folder.
  func path(of name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

  /// A document that says something which must be known.
  func document(_ name: String, saying what: String) throws(ModelFileError) -> ModelSettings {
    try require(name, saying: what)
    return try ModelSettings(file: path(of: name))
  }

  /// Makes sure that there is a file.
  func require(_ name: String, saying what: String) throws(ModelFileError) {
    let file = path(of: name)
    guard !MappedFile.exists(file) else { return }
    guard !MappedFile.exists(path) || MappedFile.exists("\(path)/.") else {
      throw .malformed(file: path, reason: "a folder with \(name) is expected, and this is a file")
    }
    throw .missing(file: file, what: what)
  }

  /// A document that need not be there.
  func optionalDocument(_ name: String) throws(ModelFileError) -> ModelSettings? {
    let path = path(of: name)
    return MappedFile.exists(path) ? try ModelSettings(file: path) : nil
  }

  /// The family that `config.json` names, if there is one that is known.
  var architecture: Architecture? {
    guard let settings = try? optionalDocument("config.json") else { return nil }
    return try? Architecture.row(settings)
  }

  /// The modules of sentence-transformers after the encoder and itself, if there is such a list.
  func modules() throws(ModelFileError) -> [ModelSettings]? {
    let path = path(of: "modules.json")
    guard MappedFile.exists(path) else { return nil }
    guard case .array(let modules) = try ModelSettings.value(ofFile: path) else {
      throw .malformed(file: path, reason: "an array is expected")
    }
    return try modules.map { value throws(ModelFileError) in
      try ModelSettings(file: path, value: value)
    }
  }

  /// The settings of sentence-transformers for the encoder; without `modules.json` it does not look at them.
  func sentenceSettings() throws(ModelFileError) -> ModelSettings? {
    guard MappedFile.exists(path(of: "modules.json")) else { return nil }
    return try optionalDocument("sentence_bert_config.json")
  }
}
