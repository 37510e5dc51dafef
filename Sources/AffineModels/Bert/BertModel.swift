public import AffineFormats
internal import AffineLayers
internal import AffineQuant

/// An encoder of texts, BERT such as all-MiniLM-L6-v2 or one of its kin: see ``EncoderArchitecture/all``.
public struct BertModel: Sendable {
  /// Extents.
  public let configuration: BertConfiguration
  let words: LinearWeight
  /// The embedding of each place, plus that of the first kind of text.
  let places: Matrix<Float>
  var embeddingNorm: BertNorm
  var blocks: [BertBlock]

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
  /// - Throws: ``BertError``: a tensor that is missing, of another shape, or that nothing reads.
  public init(
    _ file: SafeTensorsFile, _ configuration: BertConfiguration
  ) throws(BertError) {
    var tensors = try BertTensors(file, configuration.architecture)
    let width = configuration.width
    let positions = try tensors.matrix(
      "embeddings.position_embeddings.weight", configuration.positions, width)
    let architecture = configuration.architecture
    let types =
      architecture.hasTokenTypes
      ? try tensors.matrix(
        "embeddings.token_type_embeddings.weight", configuration.tokenTypes, width) : nil
    words = try tensors.weight(
      "embeddings.word_embeddings.weight", configuration.vocabulary, width)
    places = Matrix(rows: configuration.positions, columns: width) {
      positions[$0, $1] + (types?[0, $1] ?? 0)
    }
    embeddingNorm = try tensors.norm(Self.embeddingNormName, configuration)
    var blocks: [BertBlock] = []
    for layer in 0..<configuration.layers {
      var linears: [Linear] = []
      for part in BertBlock.Part.allCases {
        let shape = part.shape(configuration)
        linears.append(
          try tensors.linear(
            architecture.name(layer, part), outputs: shape.rows, inputs: shape.columns))
      }
      blocks.append(
        BertBlock(
          names: architecture.names(layer), linears: linears,
          attentionNorm: try tensors.norm(architecture.attentionNormName(layer), configuration),
          outputNorm: try tensors.norm(architecture.outputNormName(layer), configuration)))
    }
    self.blocks = blocks
    self.configuration = configuration
    try tensors.requireNothingElse(configuration)
  }
}
