internal import AffineFormats
internal import AffineLayers

/// What files of Hugging Face call the parts of a decoder.
struct ModuleNames: Sendable {
  let architecture: Architecture
  /// What names begin with.
  var prefix = "model."

  func name(of tensor: DecoderTensor) -> String {
    switch tensor {
    case .weight(let layer): "\(module(layer)).weight"
    case .bias(let layer): "\(module(layer)).bias"
    }
  }

  /// The module that a layer is, or is a part of.
  func module(_ layer: DecoderLayer) -> String {
    switch layer {
    case .head: return prefix == "language_model.model." ? "language_model.lm_head" : "lm_head"
    case .blockNorm(let block, let norm):
      if let name = architecture.moduleNames[norm] { return "\(prefix)layers.\(block).\(name)" }
    case .linear(let block, let linear):
      if let name = architecture.joined(linear) { return "\(prefix)layers.\(block).\(name)" }
    case .embedding, .positions, .norm: break
    }
    return prefix + (layer.name.after(prefix: "model.") ?? layer.name)
  }
}
