import AffineModels
import AffineQuant
import ArgumentParser

/// One way of quantizing a model, as a person names it: `int4-group32:gptq,act-order` or
/// `int8-row:rtn:int8-token`.
struct QuantizationVariant {
  /// How codes of weights are chosen.
  enum Method {
    case choice(MethodChoice)
    /// Rounded to nearest, with outliers of inputs from a threshold on multiplied as floats: LLM.int8().
    case outliers(Float)
  }

  let type: QuantizedType
  let method: Method
  /// The method and its settings, as they were written.
  let methodText: String
  /// What inputs are quantized to on every call; `nil`: they stay floats.
  let inputs: QuantizedType?

  /// - Throws: ``Failure``: no such type, method or setting.
  init(_ text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (1...3).contains(parts.count) else {
      throw Failure("'\(text)' is not TYPE, TYPE:METHOD or TYPE:METHOD:ACTIVATIONS")
    }
    type = try QuantizedType.named(parts[0])
    methodText = parts.count > 1 ? parts[1] : "rtn"
    if methodText.hasPrefix("outliers=") {
      let threshold = methodText.dropFirst("outliers=".count)
      guard let threshold = Float(threshold), threshold > 0 else {
        throw Failure("outliers begin at a number above 0, not '\(threshold)'")
      }
      guard parts.count == 2 || parts[2] == Int8Activations.type.name else {
        throw Failure("with outliers apart activations are \(Int8Activations.type.name)")
      }
      (method, inputs) = (.outliers(threshold), Int8Activations.type)
      return
    }
    method = .choice(try MethodChoice(methodText))
    inputs = parts.count > 2 && parts[2] != "float32" ? try QuantizedType.named(parts[2]) : nil
  }

  /// What progress shows.
  var label: String { "\(type.name) \(methodText)" }

  /// Whether a text must calibrate.
  var needsInputs: Bool {
    if case .choice(let choice) = method { choice.method.needsInputs } else { false }
  }

  /// What is compared of language models when nobody names any: bytes, then fewer and fewer bits by the
  /// methods that choose them.
  static func usualOfLanguageModels() throws -> [QuantizationVariant] {
    var names = ["int8-row:rtn", "int8-row:rtn:int8-token", "int8-row:smoothquant:int8-token"]
    names.append("int8-row:outliers=6")
    names += ["rtn", "gptq", "gptq,act-order", "awq", "scaled-gptq"].map { "int4-group32:\($0)" }
    for bits in [4, 3, 2] {
      let type = "uint\(bits)-group32-biased"
      names += ["rtn", "hqq", "gptq", "awq"].map { "\(type):\($0)" }
      names.append("uint\(bits)-block32x1-biased:hqq")
    }
    return try names.map(QuantizationVariant.init)
  }

  /// What is compared of encoders.
  static func usualOfEncoders() throws -> [QuantizationVariant] {
    try [
      "int8-row:rtn", "int8-row:awq", "int8-row:scaled-gptq:uint8-token",
      "int8-row:smoothquant:uint8-token", "int8-row:outliers=4", "int8-row:outliers=6",
      "int8-row:smoothquant:int8-token", "int8-row:rtn:int8-token",
      "uint4-group32-biased:scaled-gptq", "uint4-group32-biased:hqq", "uint4-block32x1-biased:hqq",
      "uint4-group32-biased:rtn", "int4-group32:scaled-gptq", "int4-group32:gptq",
      "int4-group32:gptq,act-order", "int4-group32:awq", "int4-group32:rtn",
      "int4-group32:awq:int8-token",
    ].map(QuantizationVariant.init)
  }
}
