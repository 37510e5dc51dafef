internal import AffineFormats
public import AffineLayers
public import AffineQuant

/// The files of a decoder or an encoder, whoever wrote them: what it is, and where its tensors lie.
///
///     let source = try ModelSource.open("Qwen3-0.6B")
///     let (model, tokenizer) = (try source.model(), try source.tokenizer())
public struct ModelSource: Sendable {
  /// Where the tensors come from.
  enum Weights: Sendable {
    case gguf(GGUFWeights)
    case folder(FolderWeights)
  }

  /// The path that was opened.
  public let path: String
  private(set) var weights: Weights
  /// Whether files are copied into memory.
  let copies: Bool
  /// What adapters add to linear layers; see ``addAdapters(from:)``.
  var changes: [DecoderLayer: LowRankChange] = [:]

  /// Opens a GGUF file or the first of several, a folder of Hugging Face, or an index of safetensors files
  /// in one.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - context: Tokens of a sequence that are wanted: fewer than the model's take less memory, and positions
  ///     that are scaled by LongRoPE are those of short texts unless more are wanted than it was trained on at first.
  ///   - copies: Copy the tensors into memory, so that files may be rewritten.
  /// - Returns: The source; tensors are read later.
  /// - Throws: ``ModelFileError``, ``AffineLayers/DecoderError``, ``LanguageModelError`` and what the readers of
  ///   formats throw: whatever is not understood is refused.
  public static func open(
    _ path: String, context: Int? = nil, copies: Bool = false
  ) throws -> ModelSource { try ModelSource(path: path, context: context, copies: copies) }

  /// The same, with another file to read the tensors of a folder from, and perhaps of decoders alone.
  init(
    path: String, context: Int? = nil, tensors: String? = nil, copies: Bool,
    decodes: Bool = false
  ) throws {
    (self.path, self.copies) = (path, copies)
    guard let folder = Self.folder(path) else {
      weights = .gguf(try GGUFWeights(GGUFFile(path: path, copies: copies), context: context))
      return
    }
    // A file that a person named is looked at before what lies beside it.
    let named = path == folder ? nil : try SafeTensorsFile(path: path, copies: copies)
    let config = "\(folder)/config.json"
    guard MappedFile.exists(config) else {
      throw ModelFileError.missing(file: config, what: "what the model is")
    }
    let settings = try ModelSettings(file: config)
    let (architecture, configuration) = try Architecture.read(settings, context: context)
    if decodes { try architecture.require(encoder: false, in: settings.file) }
    let file =
      try named
      ?? SafeTensorsFile(path: tensors ?? SafeTensorsFile.path(inFolder: folder), copies: copies)
    weights = .folder(try FolderWeights(architecture, configuration, file, settings: settings))
  }

  /// The folder of Hugging Face that a path names, if it does.
  private static func folder(_ path: String) -> String? {
    if MappedFile.exists("\(path)/.") { return path }
    guard path.hasSuffix(".safetensors") || path.hasSuffix(".safetensors.index.json") else {
      return nil
    }
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// Takes the tokens, of which the tokenizer was made, out of memory: none can be made after it.
  mutating func forgetTokens() {
    guard case .gguf(var gguf) = weights else { return }
    gguf.forgetTokens()
    weights = .gguf(gguf)
  }

  /// What the decoder or encoder is.
  public var configuration: DecoderConfiguration {
    switch weights {
    case .gguf(let weights): weights.configuration
    case .folder(let weights): weights.configuration
    }
  }

  /// Parts of the model that texts do not pass, and that are not read: `vision_tower` of a model that sees images.
  public var leftOut: [String] { folderWeights?.leftOut ?? [] }

  /// Refuses an encoder, for who wants tokens foreseen.
  ///
  /// - Throws: ``ModelFileError/otherKind(file:_:isEncoder:)``.
  public func requireDecoder() throws(ModelFileError) {
    guard configuration.encoder != nil else { return }
    let file = gguf == nil ? "\(folder)/config.json" : path
    throw .otherKind(file: file, architecture.name, isEncoder: true)
  }

  /// Reads the decoder.
  ///
  /// - Parameters:
  ///   - activations: What the inputs of layers in codes are quantized to.
  ///   - execution: Threads and instruction sets.
  ///   - parallel: Processes that run it together, all of which call this.
  /// - Returns: The model.
  /// - Throws: ``AffineLayers/DecoderError``, what the file's reader throws, and as ``requireDecoder()``.
  public func model(
    activations: ActivationFormat = .int8Groups, on execution: Execution = .standard,
    over parallel: (any TensorParallel)? = nil
  ) throws -> DecoderModel {
    try requireDecoder()
    return try DecoderModel(self, activations: activations, on: execution, over: parallel)
  }
}

extension ModelSettings {
  /// Reads a JSON file.
  ///
  /// - Throws: ``ModelFileError``.
  convenience init(file: String) throws(ModelFileError) {
    try self.init(file: file, value: Self.value(ofFile: file))
  }

  /// Reads the contents of a JSON file.
  ///
  /// - Throws: ``ModelFileError``.
  convenience init(file: String, contents: [UInt8]) throws(ModelFileError) {
    try self.init(file: file, value: Self.value(contents, file))
  }

  /// The value of a JSON file, an object or another.
  static func value(ofFile file: String) throws(ModelFileError) -> JSONValue {
    let bytes: [UInt8]
    do { bytes = try MappedFile.contents(of: file) } catch { throw .file(error) }
    return try value(bytes, file)
  }

  private static func value(
    _ contents: [UInt8], _ file: String
  ) throws(ModelFileError) -> JSONValue {
    do { return try JSONParser.parse(contents) } catch {
      throw .malformed(file: file, reason: "\(error.reason) at byte \(error.byte)")
    }
  }
}
