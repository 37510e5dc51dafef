public import AffineFormats
internal import AffineLayers
internal import AffineQuant

/// An encoder of texts, BERT such as all-MiniLM-L6-v2 or one of its kin: see ``EncoderArchitecture/all``.
public struct BertModel: Sendable {
  /// Extents.
  public let configuration: BertConfiguration
  /// Its layers.
  var encoder: DecoderModel

  /// Reads `config.json`, `modules.json`, `sentence_bert_config.json`, the pooling's `config.json` and
  /// `model.safetensors` of a folder.
  ///
  /// - Parameters:
  ///   - folder: Its path.
  ///   - tensors: The path of another file to read tensors from.
  ///   - copies: Copy the tensors into memory, so that their file may be rewritten.
  /// - Throws: ``BertError``, naming what is missing.
  public init(
    folder: String, tensors: String? = nil, copies: Bool = false
  ) throws(BertError) {
    let configuration = try BertConfiguration(folder: folder)
    let path = tensors ?? SafeTensorsFile.path(inFolder: folder)
    guard MappedFile.exists(path) else { throw .missing(file: path, what: "the tensors") }
    let file: SafeTensorsFile
    do { file = try SafeTensorsFile(path: path, copies: copies) } catch { throw .tensors(error) }
    try self.init(file, configuration)
  }

  /// Reads the tensors of a file; weights that are quantized in it stay so.
  ///
  /// - Parameters:
  ///   - file: Its tensors have the names that the configuration's architecture gives them.
  ///   - configuration: The extents.
  /// - Throws: ``BertError``: a tensor that is missing, of another shape, or that nothing reads.
  public init(
    _ file: SafeTensorsFile, _ configuration: BertConfiguration
  ) throws(BertError) {
    var tensors = try BertTensors(file, configuration.architecture)
    let architecture = configuration.architecture
    let places = try tensors.places(configuration)
    let words = try tensors.weight(
      "embeddings.word_embeddings.weight", configuration.vocabulary, configuration.width)
    let layers = configuration.encoder
    encoder = try DecoderModel(encoder: layers, embedding: words, positions: places) {
      layer throws(BertError) in
      try tensors.norm(architecture.name(of: layer), configuration)
    } linear: { layer throws(BertError) in
      let shape = layers.shape(of: .weight(layer))
      return try tensors.linear(
        architecture.name(of: layer), outputs: shape.rows, inputs: shape.columns)
    }
    self.configuration = configuration
    try tensors.requireNothingElse(configuration)
  }
}
