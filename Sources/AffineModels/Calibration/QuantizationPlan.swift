public import AffineQuant

/// What becomes of each linear layer of a model.
public struct QuantizationPlan: Sendable, Hashable {
  /// A type for the layers whose names fit a pattern.
  public struct Rule: Sendable, Hashable {
    /// The names.
    public let pattern: NamePattern
    /// Their weights' type; `nil`: they stay as they are.
    public let type: QuantizedType?

    /// Pairs names with a type.
    public init(_ pattern: NamePattern, as type: QuantizedType?) {
      self.pattern = pattern
      self.type = type
    }
  }

  /// The type of weights that no rule names; `nil`: they stay as they are.
  public var standard: QuantizedType?
  /// Of several rules that fit a name, the last one holds.
  public var rules: [Rule]
  /// What the inputs of quantized layers are quantized to on every call; `nil`: they stay floats.
  public var inputs: QuantizedType?

  /// Whether a method's factors may go into the norm before a layer.
  public var foldsIntoNorms = true
  /// Whether they may become ``AffineLayers/Linear/inputFactors`` where they cannot go into a norm.
  public var scalesInputs = true

  /// Collects choices.
  ///
  /// - Parameters:
  ///   - standard: The type of weights that no rule names; `nil`: they stay as they are.
  ///   - rules: Of several that fit a name, the last one holds.
  ///   - inputs: What inputs are quantized to on every call; `nil`: they stay floats.
  public init(
    _ standard: QuantizedType?, rules: [Rule] = [], inputs: QuantizedType? = nil
  ) {
    self.standard = standard
    self.rules = rules
    self.inputs = inputs
  }

  /// The type of a layer's weight; `nil`: it stays as it is.
  public func type(of layer: String) -> QuantizedType? {
    if let rule = rules.last(where: { $0.pattern.matches(layer) }) { return rule.type }
    return standard
  }

  /// - Throws: ``CalibrationError``: a rule that fits no layer, types that cannot be multiplied.
  package func check(_ layers: [String]) throws(CalibrationError) {
    for rule in rules where !layers.contains(where: rule.pattern.matches) {
      throw .fitsNothing(pattern: rule.pattern.text, layers: layers.count)
    }
    guard let inputs else { return }
    for layer in layers {
      guard let type = type(of: layer) else { continue }
      guard kernels(for: .linear, .quantized(inputs), .quantized(type)) != nil else {
        throw .noProduct(inputs: inputs.name, weights: type.name)
      }
    }
  }
}
