internal import AffineFormats
internal import AffineLayers

/// What files of Hugging Face call the parts of a model.
struct ModuleNames: Sendable {
  let architecture: Architecture
  /// What names begin with.
  let prefix: String

  /// What names of decoders begin with: alone, and as parts of a model that sees images, whose modules and whose files
  /// have names of their own.
  static let prefixes = ["model.", withImages, inFilesWithImages]
  static let withImages = "model.language_model."
  private static let inFilesWithImages = "language_model.model."

  /// Takes what names of a decoder begin with, if it is not what they usually do.
  init(architecture: Architecture, prefix: String? = nil) {
    self.architecture = architecture
    self.prefix = prefix ?? (architecture.encoder == nil ? "model." : "")
  }

  func name(of tensor: DecoderTensor) -> String {
    switch tensor {
    case .weight(let layer): "\(module(layer)).weight"
    case .bias(let layer): "\(module(layer)).bias"
    }
  }

  /// The module that a layer is, or is a part of.
  func module(_ layer: DecoderLayer) -> String {
    let isEncoder = architecture.encoder != nil
    switch layer {
    case .head: return prefix == Self.inFilesWithImages ? "language_model.lm_head" : "lm_head"
    case .blockNorm(let block, let norm):
      if let name = architecture.moduleNames[norm] { return inBlock(block, name) }
    case .linear(let block, let linear):
      if let name = architecture.joined(linear) ?? architecture.linearNames[linear] {
        return inBlock(block, name)
      }
    case .embedding where isEncoder: return "embeddings.word_embeddings"
    case .positions where isEncoder: return "embeddings.position_embeddings"
    case .norm where isEncoder: return "embeddings.LayerNorm"
    case .embedding, .positions, .norm: break
    }
    return prefix + (layer.name.after(prefix: "model.") ?? layer.name)
  }

  private func inBlock(_ block: Int, _ name: String) -> String {
    "\(prefix)\(architecture.blockPrefix)\(block).\(name)"
  }
}
