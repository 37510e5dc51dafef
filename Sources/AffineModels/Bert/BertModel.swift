public import AffineFormats
internal import AffineLayers
internal import AffineQuant

/// An encoder of texts, BERT such as all-MiniLM-L6-v2 or one of its kin: see ``Architecture/all``.
public struct BertModel: Sendable {
  /// Extents.
  public let configuration: BertConfiguration
  /// Its layers; places have the first kind of text added.
  var encoder: DecoderModel
  /// The kinds of text as a file has them, if it was read from one.
  var textKinds: Matrix<Float>?

  /// Reads `config.json`, `modules.json`, `sentence_bert_config.json`, the pooling's `config.json` and
  /// `model.safetensors` of a folder.
  ///
  /// - Parameters:
  ///   - folder: Its path.
  ///   - tensors: The path of another file to read tensors from.
  ///   - copies: Copy the tensors into memory, so that their file may be rewritten.
  /// - Throws: ``ModelFileError``, naming what is missing or of another kind; ``AffineLayers/DecoderError``,
  ///   ``BertError`` and what the readers of formats throw.
  public init(folder: String, tensors: String? = nil, copies: Bool = false) throws {
    // What the model is comes before its tensors.
    configuration = try BertConfiguration(folder: folder)
    let source = try ModelSource(path: folder, tensors: tensors, copies: copies)
    encoder = try DecoderModel(source, activations: .float32)
    textKinds = try source.folderWeights?.textKinds()
  }

  /// Reads the tensors of a file; weights that are quantized in it by this library stay so.
  ///
  /// - Throws: ``ModelFileError``, ``AffineLayers/DecoderError``, ``BertError`` or what the readers of formats throw: a
  ///   tensor that is missing, of another shape, or that nothing reads.
  public init(_ file: SafeTensorsFile, _ configuration: BertConfiguration) throws {
    let weights = try FolderWeights(configuration.architecture, configuration.encoder, file)
    encoder = try DecoderModel(weights, activations: .float32)
    textKinds = try weights.textKinds()
    self.configuration = configuration
  }
}
