/// What one operand of a product becomes.
public enum OperandPlan: Sendable, Hashable, Codable {
  /// Its values.
  case float
  /// Its values, rounded to bfloat16.
  case bfloat16
  /// Codes, quantized for this product.
  case codes(CodePlan)
  /// The codes that the forward product had of it, and nothing else is kept for the backward pass.
  case forwardCodes
  /// The codes that the forward product had of it, as numbers, quantized again; their scales go to the
  /// other operand, which has one of them at each index that is contracted: AQT's `use_fwd_quant`.
  case requantizedForwardCodes(CodePlan)
  /// Two 4-bit tensors that add up to it, the lower one rounded at random (arXiv 2306.11987).
  case twoHalves

  /// Whether the backward pass reads the codes of the forward product.
  var readsForwardCodes: Bool {
    switch self {
    case .forwardCodes, .requantizedForwardCodes: true
    case .float, .bfloat16, .codes, .twoHalves: false
    }
  }

  /// Whether scales of the forward product's codes go to the other operand.
  var isRequantized: Bool {
    if case .requantizedForwardCodes = self { true } else { false }
  }
}

/// What both operands of a product become.
public struct ProductPlan: Sendable, Hashable, Codable {
  /// The operand on the left: inputs forward, gradients backward.
  public var left: OperandPlan
  /// The operand on the right: the weight; for the weight's gradient the inputs.
  public var right: OperandPlan

  /// Pairs two plans.
  public init(_ left: OperandPlan = .float, _ right: OperandPlan = .float) {
    self.left = left
    self.right = right
  }
}
