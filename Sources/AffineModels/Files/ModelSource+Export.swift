internal import AffineFormats
public import AffineLayers
internal import AffineQuant

extension ModelSource {
  /// Writes a decoder that was made of this one, trained perhaps, as a folder of Hugging Face: `config.json`,
  /// `model.safetensors` in float32, and the tokenizer's files.
  ///
  /// Changes of adapters are added to their weights, and all of it is held in memory before it is written. Files that exist are replaced, one by one, each whole.
  ///
  /// - Parameters:
  ///   - weights: A decoder of the same extents and choices.
  ///   - path: The folder; it is made if it is not there.
  /// - Throws: ``ModelFileError``: a decoder or a tokenizer that such files do not describe, before anything is
  ///   written; a file that cannot be written. What `weights` throws; ``AffineLayers/DecoderError``.
  public func writeFolder(_ weights: some DecoderWeights, to path: String) throws {
    let files = try texts(of: weights.configuration)
    let writer = try SafeTensorsWriter(weights, architecture)
    do throws(FileError) {
      try OutputFolder.make(path)
      for (name, bytes) in files { try AtomicFile.write(bytes, to: "\(path)/\(name)") }
    } catch { throw ModelFileError.file(error) }
    try writer.write(to: "\(path)/model.safetensors")
  }

  /// Finds out whether ``writeFolder(_:to:)`` can describe a decoder, without its weights.
  ///
  /// - Throws: ``ModelFileError`` or ``TokenizerError``, as that.
  public func checkFolder(of configuration: DecoderConfiguration) throws {
    _ = try texts(of: configuration)
  }

  private func texts(
    of configuration: DecoderConfiguration
  ) throws -> [(name: String, bytes: [UInt8])] {
    try [(name: "config.json", bytes: Array(settings(of: configuration).utf8))] + tokenizerFiles()
  }

  /// The family.
  var architecture: Architecture {
    switch weights {
    case .gguf(let weights): weights.architecture
    case .folder(let weights): weights.architecture
    }
  }

  /// Tokens of a sequence that the file allows, however few were asked for.
  private var fullContext: Int {
    get throws {
      guard case .gguf(let weights) = weights else { return configuration.context }
      return try Architecture.read(weights.file).1.context
    }
  }

  /// The `config.json`: that of the source as it is but for how weights are kept, or a new one.
  private func settings(of configuration: DecoderConfiguration) throws -> String {
    var members: [(name: String, value: JSONValue)]
    if case .folder = weights {
      let settings = try ModelSettings(file: "\(folder)/config.json")
      let stored = Set(
        ["quantization", "quantization_config", "dtype", "torch_dtype"].map(ByteName.init))
      members = (settings.value.members ?? []).filter { !stored.contains(ByteName($0.name)) }
      if let text = members.first(where: { $0.name.isSame(as: "text_config") })?.value.members {
        // Of a model that sees images the decoder alone is written, under the settings that such a one has.
        let names = Set(text.map { ByteName($0.name) })
        members = members.filter {
          $0.name.before(suffix: "_token_id") != nil && !names.contains(ByteName($0.name))
        }
        members += text.filter {
          !stored.contains(ByteName($0.name)) && !$0.name.isSame(as: "architectures")
        }
        members.append((name: "architectures", value: .array([.string(architecture.className)])))
      }
      members.append((name: "torch_dtype", value: .string("float32")))
      try architecture.require(.object(members), toGive: configuration)
    } else {
      var whole = configuration
      whole.context = try fullContext
      members = try architecture.settings(of: whole).members ?? []
      if try hasTokenizer { members += try tokenizer().roles }
    }
    return JSONValue.object(members).serialized
  }
}

extension SafeTensorsWriter {
  /// The tensors of a decoder by the names of Hugging Face's files, in float32.
  fileprivate init(_ weights: some DecoderWeights, _ architecture: Architecture) throws {
    self.init()
    metadata["format"] = "pt"
    let (configuration, names) = (weights.configuration, ModuleNames(architecture: architecture))
    let offset = configuration.normOffset - architecture.normOffset
    // Layers that are one module there follow each other.
    var (parts, name, isVector): ([Matrix<Float>], String, Bool) = ([], "", false)
    for tensor in configuration.tensors {
      var values = try weights.changedValues(of: tensor, configuration.shape(of: tensor))
      if tensor.isOfNorm, offset != 0 {
        let weight = values
        values = Matrix(rows: 1, columns: weight.shape.columns) { weight[$0, $1] + offset }
      }
      if names.name(of: tensor) != name {
        try add(name, parts, isVector)
        (parts, name, isVector) = ([], names.name(of: tensor), tensor.isVector)
      }
      parts.append(values)
    }
    try add(name, parts, isVector)
  }

  /// Rows under each other; vectors, which have one dimension, after each other.
  private mutating func add(_ name: String, _ parts: [Matrix<Float>], _ isVector: Bool) throws {
    guard let first = parts.first else { return }
    let extent = parts.reduce(0) { $0 + (isVector ? $1.shape.columns : $1.shape.rows) }
    let bytes =
      parts.count == 1
      ? first.values.bytes
      : try Matrix(Shape(1, parts.reduce(0) { $0 + $1.shape.count }), parts.flatMap(\.values.array))
        .values.bytes
    try add(
      name, .float32, shape: isVector ? [extent] : [extent, first.shape.columns], bytes: bytes)
  }
}

extension DecoderTensor {
  /// Whether it is the weight of a norm.
  var isOfNorm: Bool {
    switch self {
    case .weight(.norm), .weight(.blockNorm): true
    default: false
    }
  }

  /// Whether it has one dimension.
  var isVector: Bool { if case .bias = self { true } else { isOfNorm } }
}
