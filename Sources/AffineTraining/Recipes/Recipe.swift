internal import AffineLayers
public import AffineQuant

/// How a linear layer is trained in few bits: what the operands of its three products become, how its
/// weight is kept, and what flows between layers.
///
/// Every scheme is a value of this type; ``named`` has those of the literature. A new one is a new value.
public struct Recipe: Sendable, Hashable {
  /// How a linear layer's weight is kept between steps.
  public enum WeightFormat: Sendable, Hashable, Codable {
    /// A master copy.
    case float32
    /// 16 bits, updated with stochastic rounding.
    case bfloat16
    /// Codes that are updated in place.
    case codes(CodePlan)
  }

  /// The name on the command line.
  public var name: String
  /// `Y = X · Wᵀ`: inputs and weight.
  public var forward = ProductPlan()
  /// `dX = G · W`: gradient and weight.
  public var inputGradient = ProductPlan()
  /// `dW = Gᵀ · X`: gradient and inputs.
  public var weightGradient = ProductPlan()
  /// How the weight is kept.
  public var weight = WeightFormat.float32
  /// Whether an update of a weight in bfloat16 or codes rounds at random; to the nearest it loses what is
  /// smaller than half a step.
  public var updatesStochastically = true
  /// Whether values that forward codes clipped get no gradient; otherwise quantization passes all of it.
  public var masksClippedGradients = false
  /// Columns of inputs with a value of at least this magnitude are multiplied in float (LLM.int8()).
  public var outlierThreshold: Float?
  /// Whether inputs and weight are turned by a block-diagonal Hadamard matrix first, which spreads
  /// outliers (arXiv 2306.11987).
  public var rotates = false
  /// The products for which half of the rows of a gradient in two halves are left out, by leverage
  /// scores (ibid.).
  public var sampledProducts: Set<LinearProduct> = []
  /// What flows between layers in codes, to the nearest forward and rounded as it says backward
  /// (Jetfire).
  public var flow: CodePlan?
  /// What keys and values become where attention reads them, forward alone: gradients pass as if they had
  /// not been rounded (arXiv 2411.04330).
  public var cache: CodePlan?
  /// Whether inputs are normalized by their root mean square first (BitNet).
  public var normalizesInputs = false

  /// What operands that are no codes of whole numbers are multiplied as: those of linear layers, of attention
  /// and of the head.
  public var precision = Precision.float32

  /// Float products, to start from.
  public init(name: String) { self.name = name }

  /// Whether two scalars a layer, the steps of inputs and weight, are trained.
  public var learnsSteps: Bool {
    [forward.left, forward.right].contains {
      if case .codes(let plan) = $0 { plan.scale == .learned } else { false }
    }
  }
}
