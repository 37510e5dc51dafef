/// A language model's file that cannot be read or written, or logits and settings that no token follows from.
public enum LanguageModelError: Error, Hashable {
  /// A model of another kind.
  case unsupportedArchitecture(String)
  /// Something that models may have and that cannot be computed.
  case unsupported(String)
  /// A tensor that no layer reads.
  case unusedTensor(String, layers: Int)
  /// A logit that is not a number.
  case notFinite(token: Int)
  /// What a layer has and no GGUF file can hold.
  case notInGGUF(linear: String, String)
  /// A setting of the sampler outside of what it can be.
  case invalidSampling(String, Float)
  /// No token that processors of logits have left.
  case nothingToChoose
  /// A stop string without characters.
  case emptyStop
  /// A model that does not say how it wants conversations written.
  case noChatTemplate
}

extension LanguageModelError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unsupportedArchitecture(let name):
      "the model's architecture is '\(name)', which is none of "
        + Set(Architecture.all.compactMap(\.nameInGGUF)).sorted().joined(separator: ", ")
    case .unsupported(let what): "the model has \(what), which cannot be computed"
    case .unusedTensor(let name, let layers):
      "the tensor '\(name)' belongs to nothing that a model of \(layers) layers computes"
    case .notFinite(let token): "the logit of token \(token) is not a number"
    case .notInGGUF(let linear, let what):
      "the layer '\(linear)' has \(what), which no GGUF file can hold"
    case .invalidSampling(let what, let value): "the \(what) cannot be \(value)"
    case .nothingToChoose: "no token is left to choose from"
    case .emptyStop: "a text cannot stop at a string without characters"
    case .noChatTemplate: "the model has no chat template"
    }
  }
}
