import AffineModels

/// A method with its settings, as a person names it: `gptq`, or `gptq,act-order,damping=0.1`.
struct MethodChoice {
  /// What was written.
  let text: String
  let method: any QuantizationMethod
  /// Whether nothing but the name was written.
  let isStandard: Bool

  /// What help says of settings.
  static let help = """
    rtn, hqq, gptq, awq, smoothquant, scaled-gptq or search; settings follow after commas, as in \
    gptq,act-order,damping=0.1
    """

  /// Every setting, for the discussions of commands.
  static let settings = """
    Settings of methods, each after a comma, with the numbers that hold without them: gptq has act-order, \
    damping=0.01 and block=128; awq has steps=20, rows=128, no-clip and clip-all, which clips queries and keys \
    too; smoothquant has alpha=0.5; scaled-gptq has damping=0.2 and power=0.4 or alpha; hqq has norm=0.7, \
    beta=10, growth=1.01, rounds=20 and last, which keeps the last bias and not the best. The axis of groups \
    is a part of the type: uint4-group64-biased has groups along inputs, hqq's axis 1, and \
    uint4-block64x1-biased along outputs, its axis 0.
    """

  /// - Throws: ``Failure``: no such method, no such setting, no number.
  init(_ text: String) throws {
    var parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let name = parts.removeFirst()
    guard let standard = QuantizationMethods.named(name) else {
      let names = QuantizationMethods.all.map(\.name).joined(separator: ", ")
      throw Failure("'\(name)' is no method: \(names) are")
    }
    self.text = text
    isStandard = parts.isEmpty
    var settings = try MethodSettings(parts, of: name)
    method = try standard.with(&settings)
    try settings.finish()
  }
}

extension QuantizationMethod {
  /// The method with the settings that it has.
  fileprivate func with(_ settings: inout MethodSettings) throws -> any QuantizationMethod {
    switch self {
    case var method as GPTQ:
      method.ordersByActivity = try settings.flag("act-order")
      try settings.number("damping") { method.damping = $0 }
      try settings.count("block") { method.blockColumns = $0 }
      return method
    case var method as AWQ:
      try settings.count("steps") { method.steps = $0 }
      try settings.count("rows") { method.searchedRows = $0 }
      method.clips = try !settings.flag("no-clip")
      if try settings.flag("clip-all") { method.unclipped = [] }
      return method
    case var method as SmoothQuant:
      try settings.number("alpha") { method.alpha = $0 }
      return method
    case var method as ScaledGPTQ:
      try settings.number("damping") { method.damping = $0 }
      try settings.number("power") { method.factors = .energy(power: $0) }
      try settings.number("alpha") { method.factors = .smooth(alpha: $0) }
      return method
    case var method as HQQ:
      try settings.number("norm") { method.norm = $0 }
      try settings.number("beta") { method.beta = $0 }
      try settings.number("growth") { method.growth = $0 }
      try settings.count("rounds") { method.rounds = $0 }
      method.keepsBest = try !settings.flag("last")
      return method
    default: return self
    }
  }
}

/// Settings that a person wrote, until all of them are taken.
private struct MethodSettings {
  private let method: String
  private var values: [String: String?] = [:]
  private var known: [String] = []

  init(_ parts: [String], of method: String) throws {
    self.method = method
    for part in parts {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard
        values.updateValue(pair.count > 1 ? String(pair[1]) : nil, forKey: String(pair[0])) == nil
      else { throw Failure("'\(pair[0])' is set twice") }
    }
  }

  mutating func flag(_ name: String) throws -> Bool {
    known.append(name)
    guard let value = values.removeValue(forKey: name) else { return false }
    guard value == nil else { throw Failure("'\(name)' of \(method) takes no value") }
    return true
  }

  mutating func number(_ name: String, _ body: (Double) -> Void) throws {
    if let value: Double = try value(name) { body(value) }
  }

  mutating func count(_ name: String, _ body: (Int) -> Void) throws {
    guard let value: Int = try value(name) else { return }
    guard value > 0 else {
      throw Failure("the \(name) of \(method) must be 1 or more, not \(value)")
    }
    body(value)
  }

  private mutating func value<Value: LosslessStringConvertible>(_ name: String) throws -> Value? {
    known.append("\(name)=…")
    guard let text = values.removeValue(forKey: name) else { return nil }
    guard let text, let value = Value(text) else {
      throw Failure("the \(name) of \(method) is a number, as in \(name)=1, not '\(text ?? "")'")
    }
    return value
  }

  func finish() throws {
    guard let name = values.keys.sorted().first else { return }
    let all = known.isEmpty ? "it has none" : known.joined(separator: ", ") + " are"
    throw Failure("'\(name)' is no setting of \(method): \(all)")
  }
}
