internal import AffineLayers

/// A family of decoders: what its files call things, and what it computes.
///
/// A new one is a row of ``all``.
public struct Architecture: Sendable {
  /// Which linear layers have a bias.
  enum Biases { case none, inputs, asConfigured }

  /// Which blocks see a window of tokens.
  enum Windows { case none, all, laterBlocks, pattern }

  /// The name, as Hugging Face's files have it (`model_type`).
  public let name: String
  /// The name in GGUF files (`general.architecture`).
  public let nameInGGUF: String
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
  /// Names of modules in Hugging Face's files that differ from Llama's.
  var moduleNames: [DecoderLayer.BlockNorm: String] = [:]

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
  ]

  /// What the configuration may call the function of feed-forward layers.
  var activationNames: [String] {
    switch activation {
    case .swiglu: ["silu", "swish"]
    case .geglu: ["gelu_pytorch_tanh", "gelu_new"]
    case .gelu, .silu: []
    }
  }
}
