internal import AffineFormats
internal import AffineLayers

/// A family of decoders or of encoders: what its files call things, and what it computes.
///
/// A new one is a row of ``all``.
public struct Architecture: Sendable, Hashable {
  /// Which linear layers have a bias.
  enum Biases { case none, inputs, asConfigured, all }

  /// Which blocks see a window of tokens.
  enum Windows { case none, all, laterBlocks, pattern }

  /// The name, as Hugging Face's files have it (`model_type`).
  public let name: String
  /// The name in GGUF files (`general.architecture`), if they may be of the family.
  public internal(set) var nameInGGUF: String?
  /// The name of the class that Hugging Face's library runs it with.
  var className = ""
  /// Further names in files of Hugging Face.
  var otherNames: [String] = []
  /// Whether GGUF files have columns of heads that turn together side by side.
  var turnsNeighboursInGGUF = false
  /// What is added to weights of norms in Hugging Face's files; GGUF files have the sum.
  var normOffset: Float = 0
  var normalizesHeads = false
  var normalizesOutputs = false
  var norm = DecoderConfiguration.Norm.rms
  var activation = DecoderConfiguration.Activation.swiglu
  var biases = Biases.none
  var windows = Windows.none
  /// One block in so many sees all tokens, where a file names no other pattern.
  var windowPattern = 1
  /// One block in so many does not turn positions; 0: all do.
  var unturnedPattern = 0
  /// Whether embedded tokens are multiplied by the root of the width.
  var scalesEmbedding = false
  /// Models of so many blocks scale attention by each head's share of the width: GGUF has no key for it,
  /// the rule is llama.cpp's.
  var blocksScaledByWidth: Int?
  /// Whether queries, keys and values, and gates with what they open, are one tensor each.
  var joinsLayers = false
  /// Whether the head is the embedding's table where the configuration says nothing.
  var isTied = false
  /// The base of positions where the file says nothing.
  var rotaryBase = 10_000.0
  /// That of blocks with a window, if it is another.
  var windowRotaryBase: Double?
  /// What is added to the mean square of norms where Hugging Face's file says nothing.
  var normEpsilon = 1e-6
  /// Names of settings in Hugging Face's files that differ from Llama's.
  var settingNames: [Setting: String] = [:]
  /// What names of blocks begin with there, and those of their modules that differ from Llama's.
  var blockPrefix = "layers."
  var moduleNames: [DecoderLayer.BlockNorm: String] = [:]
  var linearNames: [DecoderConfiguration.BlockLinear: String] = [:]
  /// What else only encoders have.
  var encoder: Encoder?

  /// BERT itself (Devlin et al., 2018).
  public static let bert = Architecture(
    name: "bert", norm: .layer, activation: .gelu, biases: .all, normEpsilon: 1e-12,
    settingNames: [.normEpsilon: "layer_norm_eps"], blockPrefix: "encoder.layer.",
    moduleNames: [
      .attention: "attention.output.LayerNorm", .feedForward: "output.LayerNorm",
    ],
    linearNames: [
      .query: "attention.self.query", .key: "attention.self.key", .value: "attention.self.value",
      .output: "attention.output.dense", .up: "intermediate.dense", .down: "output.dense",
    ], encoder: Encoder(hasTextKinds: true))

  /// The families that can be run.
  public static let all: [Architecture] = [
    Architecture(
      name: "llama", nameInGGUF: "llama", className: "LlamaForCausalLM",
      turnsNeighboursInGGUF: true, biases: .asConfigured),
    Architecture(
      name: "mistral", nameInGGUF: "llama", className: "MistralForCausalLM",
      turnsNeighboursInGGUF: true, windows: .all),
    Architecture(
      name: "qwen2", nameInGGUF: "qwen2", className: "Qwen2ForCausalLM", biases: .inputs,
      windows: .laterBlocks),
    Architecture(
      name: "qwen3", nameInGGUF: "qwen3", className: "Qwen3ForCausalLM", normalizesHeads: true,
      biases: .asConfigured,
      windows: .laterBlocks),
    Architecture(
      name: "gemma3_text", nameInGGUF: "gemma3", className: "Gemma3ForCausalLM",
      otherNames: ["gemma3"], normOffset: 1,
      normalizesHeads: true, normalizesOutputs: true, activation: .geglu, windows: .pattern,
      windowPattern: 6, scalesEmbedding: true, blocksScaledByWidth: 62, isTied: true,
      rotaryBase: 1_000_000, windowRotaryBase: 10_000,
      moduleNames: [
        .attentionOutput: "post_attention_layernorm", .feedForward: "pre_feedforward_layernorm",
        .feedForwardOutput: "post_feedforward_layernorm",
      ]),
    Architecture(
      name: "phi3", nameInGGUF: "phi3", className: "Phi3ForCausalLM", windows: .all,
      joinsLayers: true, normEpsilon: 1e-5),
    Architecture(
      name: "smollm3", nameInGGUF: "smollm3", className: "SmolLM3ForCausalLM",
      turnsNeighboursInGGUF: true, biases: .asConfigured,
      unturnedPattern: 4, isTied: true, rotaryBase: 2_000_000),
    bert,
    Architecture(
      name: "distilbert", norm: .layer, activation: .gelu, biases: .all,
      normEpsilon: 1e-12,
      settingNames: [
        .width: "dim", .layers: "n_layers", .heads: "n_heads", .feedForward: "hidden_dim",
        .activation: "activation",
      ],
      blockPrefix: "transformer.layer.",
      moduleNames: [.attention: "sa_layer_norm", .feedForward: "output_layer_norm"],
      linearNames: [
        .query: "attention.q_lin", .key: "attention.k_lin", .value: "attention.v_lin",
        .output: "attention.out_lin", .up: "ffn.lin1", .down: "ffn.lin2",
      ], encoder: Encoder()),
    Architecture(
      name: "roberta", otherNames: ["xlm-roberta", "camembert"], norm: .layer, activation: .gelu,
      biases: .all, normEpsilon: 1e-12, settingNames: bert.settingNames,
      blockPrefix: bert.blockPrefix, moduleNames: bert.moduleNames, linearNames: bert.linearNames,
      encoder: Encoder(hasTextKinds: true, placesFollowPadding: true)),
  ]

  /// The family that has a name in files of Hugging Face.
  static func named(_ type: String) -> Architecture? {
    all.first { ([$0.name] + $0.otherNames).contains { type.isSame(as: $0) } }
  }

  /// What the configuration may call the function of feed-forward layers.
  var activationNames: [String] {
    switch activation {
    case .swiglu: ["silu", "swish"]
    case .geglu: ["gelu_pytorch_tanh", "gelu_new"]
    case .gelu: ["gelu"]
    case .silu: []
    }
  }

  /// What `config.json` calls a setting.
  func name(of setting: Setting) -> String { settingNames[setting] ?? setting.rawValue }
}

extension Architecture {
  /// A setting of `config.json`, by the name that Llama's has.
  enum Setting: String {
    case width = "hidden_size"
    case layers = "num_hidden_layers"
    case heads = "num_attention_heads"
    case feedForward = "intermediate_size"
    case activation = "hidden_act"
    case normEpsilon = "rms_norm_eps"
  }

  /// What only encoders have.
  struct Encoder: Hashable {
    /// Whether kinds of text have embeddings, of which all texts are of the first.
    var hasTextKinds = false
    /// Whether the first place is the one after that of padding.
    var placesFollowPadding = false

    /// The table of kinds of text.
    static let textKindsModule = "embeddings.token_type_embeddings"
    static let textKinds = "\(textKindsModule).weight"
    /// What files of whole checkpoints have beside, and embeddings of texts do not need.
    static let beside = [
      "embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias",
    ]
  }
}
