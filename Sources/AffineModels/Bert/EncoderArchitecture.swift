internal import AffineFormats
internal import AffineLayers

/// A family of encoders: what its files call things, and how places are numbered.
///
/// A new one is a row of ``all``.
public struct EncoderArchitecture: Sendable, Hashable {
  /// A setting of `config.json`.
  enum Setting { case width, layers, heads, innerWidth, activation }

  /// The name, as `config.json` has it (`model_type`).
  public let name: String
  /// Further names.
  var otherNames: [String] = []
  /// Names of settings that differ from BERT's.
  var settings: [Setting: String] = [:]
  /// What names of blocks begin with, and those of their parts that differ from BERT's.
  var blockPrefix = "encoder.layer."
  var linears: [DecoderConfiguration.BlockLinear: String] = [:]
  /// Those of its norms, after attention and at its end.
  var attentionNorm = "attention.output.LayerNorm"
  var outputNorm = "output.LayerNorm"
  /// Whether kinds of text have embeddings.
  var hasTokenTypes = true
  /// Whether the first place is the one after that of padding.
  var placesFollowPadding = false
  /// What is added to the variance of norms where the file says nothing.
  var normEpsilon: Float?

  /// BERT itself (Devlin et al., 2018).
  public static let bert = EncoderArchitecture(name: "bert")

  /// The families that can be run.
  public static let all: [EncoderArchitecture] = [
    bert,
    EncoderArchitecture(
      name: "distilbert",
      settings: [
        .width: "dim", .layers: "n_layers", .heads: "n_heads", .innerWidth: "hidden_dim",
        .activation: "activation",
      ],
      blockPrefix: "transformer.layer.",
      linears: [
        .query: "attention.q_lin", .key: "attention.k_lin", .value: "attention.v_lin",
        .output: "attention.out_lin", .up: "ffn.lin1", .down: "ffn.lin2",
      ], attentionNorm: "sa_layer_norm", outputNorm: "output_layer_norm", hasTokenTypes: false,
      normEpsilon: 1e-12),
    EncoderArchitecture(
      name: "roberta", otherNames: ["xlm-roberta", "camembert"], placesFollowPadding: true),
  ]

  /// The family that has a name.
  static func named(_ type: String) -> EncoderArchitecture? {
    all.first { $0.name == type || $0.otherNames.contains(type) }
  }

  /// The family that a `config.json` names by its `model_type`; the oldest of BERT name none, but say how many kinds of
  /// text there are.
  ///
  /// - Throws: ``BertError``: another family, or none.
  static func of(_ settings: ModelFolder.Document) throws(BertError) -> EncoderArchitecture {
    guard let type = try settings.word("model_type") else {
      guard settings.value.member("type_vocab_size") == nil else { return bert }
      throw .malformed(file: settings.file, reason: "there is no 'model_type'")
    }
    guard let row = named(type) else {
      throw .unsupported(file: settings.file, what: "the model_type '\(type)'")
    }
    return row
  }

  /// What `config.json` calls a setting.
  func name(of setting: Setting) -> String {
    if let name = settings[setting] { return name }
    return switch setting {
    case .width: "hidden_size"
    case .layers: "num_hidden_layers"
    case .heads: "num_attention_heads"
    case .innerWidth: "intermediate_size"
    case .activation: "hidden_act"
    }
  }

  /// What files call a layer.
  ///
  /// - Precondition: It is one of an encoder of the family.
  func name(of layer: DecoderLayer) -> String {
    switch layer {
    case .embedding: "embeddings.word_embeddings"
    case .positions: "embeddings.position_embeddings"
    case .norm: "embeddings.LayerNorm"
    case .blockNorm(let block, .attention): "\(blockPrefix)\(block).\(attentionNorm)"
    case .blockNorm(let block, .feedForward): "\(blockPrefix)\(block).\(outputNorm)"
    case .linear(let block, let linear):
      "\(blockPrefix)\(block).\(linears[linear] ?? linear.nameInBert)"
    case .blockNorm, .head: preconditionFailure("an encoder with '\(layer.name)'")
    }
  }
}

extension DecoderConfiguration.BlockLinear {
  /// What BERT's files call it within a block.
  fileprivate var nameInBert: String {
    switch self {
    case .query: "attention.self.query"
    case .key: "attention.self.key"
    case .value: "attention.self.value"
    case .output: "attention.output.dense"
    case .up: "intermediate.dense"
    case .down: "output.dense"
    case .gate: preconditionFailure("an encoder with a gate")
    }
  }
}
