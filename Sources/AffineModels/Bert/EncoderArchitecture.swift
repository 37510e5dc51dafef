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
  var parts: [BertBlock.Part: String] = [:]
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
      parts: [
        .query: "attention.q_lin", .key: "attention.k_lin", .value: "attention.v_lin",
        .attentionOutput: "attention.out_lin", .inner: "ffn.lin1", .outer: "ffn.lin2",
      ], attentionNorm: "sa_layer_norm", outputNorm: "output_layer_norm", hasTokenTypes: false,
      normEpsilon: 1e-12),
    EncoderArchitecture(
      name: "roberta", otherNames: ["xlm-roberta", "camembert"], placesFollowPadding: true),
  ]

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

  /// What files call a linear layer.
  func name(_ layer: Int, _ part: BertBlock.Part) -> String {
    name(layer, parts[part] ?? part.nameInBert)
  }

  /// What files call the linear layers of a block.
  func names(_ layer: Int) -> [BertBlock.Part: String] {
    Dictionary(uniqueKeysWithValues: BertBlock.Part.allCases.map { ($0, name(layer, $0)) })
  }

  /// What files call the norm after attention, and the last one of a block.
  func attentionNormName(_ layer: Int) -> String { name(layer, attentionNorm) }
  func outputNormName(_ layer: Int) -> String { name(layer, outputNorm) }

  private func name(_ layer: Int, _ part: String) -> String { "\(blockPrefix)\(layer).\(part)" }
}
