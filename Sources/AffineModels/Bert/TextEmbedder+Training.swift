internal import AffineFormats
public import AffineLayers
internal import AffineQuant

extension TextEmbedder {
  /// Whether a path is that of an encoder's folder.
  package static func isEncoder(_ path: String) -> Bool {
    guard let document = try? ModelFolder(path: path).optionalDocument("config.json"),
      let type = try? document.word("model_type")
    else { return false }
    return EncoderArchitecture.named(type) != nil
  }

  /// The tokens of a text, cut to so many, the one that marks the end kept.
  ///
  /// - Precondition: There is room for those that mark the ends.
  public func tokens(_ text: String, atMost count: Int) -> [Int] {
    let tokens = tokens(text)
    guard tokens.count > count else { return tokens }
    let end = tokenizer.eosToken == nil ? 0 : 1
    return Array(tokens.prefix(count - end) + tokens.suffix(end))
  }

  /// Writes a trained encoder as a folder like that of the model which training started from: all layers in
  /// float32, every other file as it is.
  ///
  /// Changes of adapters are added to their weights. The first kind of text is a row of zeros, since places have
  /// it added already. Files that exist are replaced, one by one, each whole.
  ///
  /// - Parameters:
  ///   - weights: An encoder of the same extents and choices.
  ///   - original: The folder of the model that training started from.
  ///   - path: The folder; it is made if it is not there.
  /// - Throws: ``BertError``: files that cannot be read or written; ``AffineLayers/DecoderError``, and what
  ///   `weights` throws.
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
        if let end = name.lastIndex(of: "/") { try OutputFolder.make("\(path)/\(name[..<end])") }
        try AtomicFile.write(bytes, to: "\(path)/\(name)")
      }
    } catch { throw BertError.file(error) }
    try writer.write(to: "\(path)/model.safetensors")
  }
}

extension ModelFolder {
  /// The files of a model, those of its modules too; the configuration says float32.
  fileprivate func filesBesideTensors() throws(BertError) -> [(name: String, bytes: [UInt8])] {
    var names = [
      "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json",
      "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt",
      "sentencepiece.bpe.model",
    ]
    for module in try optionalDocument("modules.json")?.elements() ?? [] {
      guard let name = try module.text("path"), !name.isEmpty else { continue }
      guard !name.contains("/"), !name.hasPrefix(".") else {
        throw .unsupported(file: module.file, what: "a module outside of its folder, '\(name)'")
      }
      names.append("\(name)/config.json")
    }
    let configuration = try document("config.json", saying: "what the model is")
    let stored = ["dtype", "torch_dtype"]
    let members = (configuration.value.members ?? []).filter { !stored.contains($0.name) }
    let json = JSONValue.object(members + [(name: "torch_dtype", value: .string("float32"))])
    var files = [(name: "config.json", bytes: Array(json.serialized.utf8))]
    for name in names where MappedFile.exists(self.path(of: name)) {
      do { files.append((name, try MappedFile.contents(of: self.path(of: name)))) } catch {
        throw .file(error)
      }
    }
    return files
  }
}

extension SafeTensorsWriter {
  /// A trained encoder by the names of its family, and what its file has beside.
  fileprivate init(
    _ weights: some DecoderWeights, _ configuration: BertConfiguration, beside file: SafeTensorsFile
  ) throws {
    self.init()
    metadata["format"] = "pt"
    let architecture = configuration.architecture
    for tensor in configuration.encoder.tensors {
      guard let stored = try weights.tensor(tensor) else {
        throw DecoderError.missingTensor(weights.name(of: tensor))
      }
      var values = stored.floats()
      let shape = configuration.encoder.shape(of: tensor)
      guard values.shape == shape else {
        throw DecoderError.wrongShape(
          weights.name(of: tensor), expected: shape, found: values.shape)
      }
      if case .weight(.linear) = tensor, let change = try weights.change(of: tensor.layer) {
        values = Elementwise.add(values, change.values(), on: .standard)
      }
      try add(
        architecture.name(of: tensor), .float32,
        shape: tensor.isVector ? [shape.columns] : [shape.rows, shape.columns],
        bytes: values.values.bytes)
    }
    if architecture.hasTokenTypes {
      try add(
        BertTensors.tokenTypes,
        Matrix<Float>(rows: configuration.tokenTypes, columns: configuration.width) { _, _ in 0 })
    }
    for name in BertTensors.beside {
      guard let entry = file.header[name] else { continue }
      try add(name, entry.element, shape: entry.shape, bytes: file.bytes(of: name))
    }
  }
}
