import AffineModels
import AffineQuant
import ArgumentParser

/// One way of quantizing a model, as a person names it: `int4-group32:gptq` or
/// `int8-row:rtn:int8-token`.
struct QuantizationVariant: ExpressibleByArgument {
  let type: QuantizedType
  let method: any QuantizationMethod
  /// What inputs are quantized to on every call; `nil`: they stay floats.
  let inputs: QuantizedType?

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (1...3).contains(parts.count), let type = QuantizedType(name: parts[0]) else {
      return nil
    }
    self.type = type
    guard let method = QuantizationMethods.named(parts.count > 1 ? parts[1] : "rtn") else {
      return nil
    }
    self.method = method
    guard parts.count > 2, parts[2] != "float32" else {
      inputs = nil
      return
    }
    guard let inputs = QuantizedType(name: parts[2]) else { return nil }
    self.inputs = inputs
  }

  /// The variants that are compared when nobody names any: bytes, then fewer and fewer bits by the methods
  /// that choose them.
  static let usual: [QuantizationVariant] = {
    var names = ["int8-row:rtn", "int8-row:rtn:int8-token", "int8-row:smoothquant:int8-token"]
    names += ["rtn", "gptq", "awq"].map { "int4-group32:\($0)" } + ["uint4-group32-biased:hqq"]
    for bits in [3, 2] {
      names += ["rtn", "hqq", "gptq", "awq"].map { "uint\(bits)-group32-biased:\($0)" }
    }
    return names.compactMap(QuantizationVariant.init(argument:))
  }()
}
