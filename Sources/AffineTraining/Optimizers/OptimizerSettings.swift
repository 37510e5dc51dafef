/// How an optimizer moves parameters.
public struct OptimizerSettings: Sendable, Hashable, Codable {
  /// The rules, by name.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// ``AdamW``.
    case adamW = "adamw"
    /// ``AdamW`` with clipped updates.
    case stableAdamW = "stable-adamw"
    /// ``SGD``.
    case sgd
  }

  /// The rule.
  public var kind: Kind
  /// How moments are kept of parameters with ``smallest`` elements or more that have no format of their
  /// own.
  public var moments: MomentFormat
  /// What the first moment keeps of itself; for ``Kind/sgd`` its momentum.
  public var beta1: Float
  /// What the second moment keeps of itself.
  public var beta2: Float
  /// What is added to the root of the second moment.
  public var epsilon: Float
  /// The part of a parameter that a step takes away, times the learning rate.
  public var weightDecay: Float

  /// Parameters with fewer elements keep their moments in float32, as in torchao and bitsandbytes:
  /// norms and biases weigh little and count much.
  public static let smallest = 4096

  /// Collects settings; ``Optimizer/init(_:for:)`` checks them.
  public init(
    kind: Kind = .adamW, moments: MomentFormat = .float32, beta1: Float = 0.9,
    beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 1e-2
  ) {
    self.kind = kind
    self.moments = moments
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// - Throws: ``OptimizerError/invalidSetting(_:_:)``.
  func validate() throws(OptimizerError) {
    for (name, value) in [("beta1", beta1), ("beta2", beta2)] where !(value >= 0 && value < 1) {
      throw .invalidSetting(name, value)
    }
    guard epsilon > 0, epsilon.isFinite else { throw .invalidSetting("epsilon", epsilon) }
    guard weightDecay >= 0, weightDecay.isFinite else {
      throw .invalidSetting("weight decay", weightDecay)
    }
    if let group = moments.group, group < 1 { throw .invalidSetting("group", Float(group)) }
  }
}
