internal import AffineFormats
public import AffineLayers
internal import AffineQuant

extension TextEmbedder {
  /// Whether a path is that of an encoder's folder.
  package static func isEncoder(_ path: String) -> Bool {
    ModelFolder(path: path).architecture?.encoder != nil
  }

  /// The tokens of a text, cut to so many, the one that marks the end kept.
  ///
  /// `count` counts those that mark the ends.
  ///
  /// - Precondition: There is room for those that mark the ends.
  public func tokens(_ text: String, atMost count: Int) -> [Int] {
    let tokens = tokens(text)
    guard tokens.count > count else { return tokens }
    let end = tokenizer.eosToken == nil ? 0 : 1
    return Array(tokens.prefix(count - end) + tokens.suffix(end))
  }

  /// Writes a trained encoder as a folder like that of the model which training started from: all layers in
  /// float32, and the files of the tokenizer and of modules as they are. What else describes the model, such as
  /// `README.md`, is about the other one and not copied.
  ///
  /// Changes of adapters are added to their weights. Places have the first kind of text added already, so each kind is
  /// written less the first, which becomes zeros. Files that exist are replaced, one by one, each whole.
  ///
  /// - Parameters:
  ///   - weights: An encoder of the same extents and choices.
  ///   - original: The folder of the model that training started from.
  ///   - path: The folder; it is made if it is not there.
  /// - Throws: ``ModelFileError``: files that cannot be read or written; ``AffineLayers/DecoderError``, and what
  ///   `weights` and the readers of formats throw.
  public static func writeFolder(
    _ weights: some DecoderWeights, like original: String, to path: String
  ) throws {
    let folder = ModelFolder(path: original)
    let files = try folder.filesBesideTensors()
    let configuration = try BertConfiguration(folder: original)
    let file = try SafeTensorsFile(path: SafeTensorsFile.path(inFolder: original), copies: true)
    let writer = try SafeTensorsWriter(weights, configuration, beside: file)
    do throws(FileError) {
      try OutputFolder.make(path)
      for (name, bytes) in files {
        for end in name.utf8.indices where name.utf8[end] == UInt8(ascii: "/") {
          try OutputFolder.make("\(path)/\(name[..<end])")
        }
        try AtomicFile.write(bytes, to: "\(path)/\(name)")
      }
    } catch { throw ModelFileError.file(error) }
    try writer.write(to: "\(path)/model.safetensors")
  }

  /// Finds out whether ``writeFolder(_:like:to:)`` can read what it copies, without any weights.
  ///
  /// - Throws: ``ModelFileError``, as that.
  public static func checkFolder(like original: String) throws(ModelFileError) {
    _ = try ModelFolder(path: original).filesBesideTensors()
  }
}

extension ModelFolder {
  /// The files of a model, those of its modules too; the configuration says float32.
  fileprivate func filesBesideTensors() throws(ModelFileError) -> [(name: String, bytes: [UInt8])] {
    var names = [
      "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json",
      "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
      "vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model",
    ]
    for module in try modules() ?? [] {
      guard let name = try module.text("path"), !name.isEmpty else { continue }
      guard Self.isInside(name) else {
        throw .unsupported(file: module.file, what: "a module outside of its folder, '\(name)'")
      }
      names.append("\(name)/config.json")
    }
    let configuration = try document("config.json", saying: "what the model is")
    let stored = ["dtype", "torch_dtype"]
    let members = (configuration.value.members ?? []).filter {
      !stored.contains(where: $0.name.isSame)
    }
    let json = JSONValue.object(members + [(name: "torch_dtype", value: .string("float32"))])
    var files = [(name: "config.json", bytes: Array(json.serialized.utf8))]
    for name in names where MappedFile.exists(self.path(of: name)) {
      do { files.append((name, try MappedFile.contents(of: self.path(of: name)))) } catch {
        throw .file(error)
      }
    }
    return files
  }

  /// Whether a path begins in the folder and does not leave it. Its bytes say so: a mark that combines with a slash
  /// makes another character of it.
  private static func isInside(_ path: String) -> Bool {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return parts.first?.isEmpty == false && !path.utf8.contains(0)
      && !parts.contains { $0.elementsEqual("..".utf8) }
  }
}

extension SafeTensorsWriter {
  /// A trained encoder by the names of its family, and what its file has beside.
  fileprivate init(
    _ weights: some DecoderWeights, _ configuration: BertConfiguration, beside file: SafeTensorsFile
  ) throws {
    self.init()
    metadata["format"] = "pt"
    let (architecture, encoder) = (configuration.architecture, configuration.encoder)
    let names = ModuleNames(architecture: architecture)
    for tensor in encoder.tensors {
      let shape = encoder.shape(of: tensor)
      let values = try weights.changedValues(of: tensor, shape)
      try add(
        names.name(of: tensor), .float32,
        shape: tensor.isVector ? [shape.columns] : [shape.rows, shape.columns],
        bytes: values.values.bytes)
    }
    if let kinds = try FolderWeights(architecture, encoder, file).textKinds() {
      try add(
        Architecture.Encoder.textKinds,
        Matrix(rows: kinds.shape.rows, columns: kinds.shape.columns) {
          kinds[$0, $1] - kinds[0, $1]
        })
    }
    for name in Architecture.Encoder.beside {
      guard let entry = file.header[name] else { continue }
      try add(name, entry.element, shape: entry.shape, bytes: file.bytes(of: name))
    }
  }
}
