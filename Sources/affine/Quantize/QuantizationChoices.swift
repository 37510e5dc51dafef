import AffineFormats
import AffineModels
import AffineQuant
public import ArgumentParser

/// What becomes of which layer, and how.
struct QuantizationChoices: ParsableArguments {
  @Option(
    help: "The type of the weights, as int4-group32, or GGUF's name of one, as q4_0, or q4_k_m.",
    completion: .types)
  var weights: String
  @Option(help: "How codes are chosen: \(MethodChoice.help)", transform: MethodChoice.init)
  var method: MethodChoice?
  @Option(
    help: ArgumentHelp(
      "A type for the layers whose names fit, or float32; may be repeated.",
      valueName: "pattern=type"))
  var layers: [LayerChoice] = []
  @Option(help: "Leave layers as they are whose names fit; may be repeated.")
  var skip: [NamePattern] = []
  @Option(help: "Quantize only layers whose names fit; may be repeated.")
  var include: [NamePattern] = []
  @Option(
    help: "Quantize the inputs of the layers to this type, as int8-token or int8-tensor.",
    completion: .types)
  var activations: String?
  @Option(
    name: .customLong("static"),
    help: "Fix the inputs' scales beforehand, by min-max, moving-average or percentile.")
  var range: InputRange?

  /// The method; rounding to nearest if none is named.
  var quantizationMethod: any QuantizationMethod { method?.method ?? RoundToNearest() }

  /// What a person asked for.
  func plan() throws -> QuantizationPlan {
    let type = isMix ? Q4KWeight.type : try QuantizedType.named(weights)
    let method = quantizationMethod
    if type.mapping.codes != nil, method is GPTQ || method is ScaledGPTQ || method is HQQ {
      throw Failure(
        "\(method.name) cannot choose scales that are codes, as \(weights) has: rtn, search, awq and smoothquant can"
      )
    }
    var rules = include.map { QuantizationPlan.Rule($0, as: type) }
    for layer in layers {
      rules.append(
        QuantizationPlan.Rule(
          layer.pattern, as: layer.type == "float32" ? nil : try QuantizedType.named(layer.type)))
    }
    rules += skip.map { QuantizationPlan.Rule($0, as: nil) }
    return QuantizationPlan(
      include.isEmpty ? type : nil, rules: rules, inputs: range == nil ? try inputs() : nil)
  }

  /// The blocks that a person named, for codes that several types of blocks hold.
  ///
  /// - Throws: ``Failure``: two names for the same codes.
  func blocks() throws -> [QuantizedType: GGUFTensorType] {
    var blocks: [QuantizedType: GGUFTensorType] = [:]
    for name in [weights] + layers.map(\.type) {
      guard let named = GGUFTensorType(argument: name), let type = named.quantizedType else {
        continue
      }
      if let other = blocks.updateValue(named, forKey: type), other != named {
        throw Failure(
          "\(other.argument) and \(named.argument) hold the same codes, \(type.name): name one")
      }
    }
    return blocks
  }

  /// The type of inputs, whether their scales are fixed or not.
  func inputs() throws -> QuantizedType? {
    guard let activations, activations != "float32" else {
      if range != nil { throw Failure("--static needs --activations, as int8-tensor") }
      return nil
    }
    let type = try QuantizedType.named(activations)
    if range != nil, type.block != Block(rows: Block.whole, columns: Block.whole) {
      throw Failure("--static needs one scale for all values, as in int8-tensor, not \(type.name)")
    }
    return type
  }

  /// Whether layers have llama.cpp's mix of types.
  var isMix: Bool { weights.lowercased() == QuantizedType.mixName }
}

/// Names and their type, as a person writes them: `*.down_proj=int8-row`.
struct LayerChoice: ExpressibleByArgument {
  let pattern: NamePattern
  let type: String

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "="),
      let pattern = NamePattern(String(argument[..<equals]))
    else { return nil }
    self.pattern = pattern
    type = String(argument[argument.index(after: equals)...])
  }
}

extension InputRange: ExpressibleByArgument {}
