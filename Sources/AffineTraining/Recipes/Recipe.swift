internal import AffineQuant

/// How a linear layer is trained in few bits: what the operands of its three products become, how its
/// weight is kept, and what flows between layers.
///
/// Every scheme is a value of this type; ``named`` has those of the literature. A new one is a new value.
public struct Recipe: Sendable, Hashable {
  /// How a linear layer's weight is kept between steps.
  public enum WeightFormat: Sendable, Hashable {
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
  /// Whether half of the rows of a gradient in two halves are left out, by leverage scores (ibid.).
  public var samplesRows = false
  /// What flows between layers in codes, forward to the nearest and backward at random (Jetfire).
  public var flow: CodePlan?
  /// Whether inputs are normalized by their root mean square first (BitNet).
  public var normalizesInputs = false

  /// Float products, to start from.
  public init(name: String) { self.name = name }

  /// Whether two scalars a layer, the steps of inputs and weight, are trained.
  public var learnsSteps: Bool {
    [forward.left, forward.right].contains {
      if case .codes(let plan) = $0 { plan.scale == .learned } else { false }
    }
  }

  /// Refuses what cannot be computed.
  ///
  /// - Throws: ``RecipeError/impossible(plan:reason:)``.
  public func validate() throws(RecipeError) {
    for (product, isLeft, plan) in [
      ("forward", true, forward.left), ("forward", false, forward.right),
      ("inputGradient", true, inputGradient.left), ("inputGradient", false, inputGradient.right),
      ("weightGradient", true, weightGradient.left),
      ("weightGradient", false, weightGradient.right),
    ] {
      switch plan {
      case .codes(let codes), .requantizedForwardCodes(let codes):
        do throws(QuantizationError) {
          _ = try codes.type(contracting: .columns)
        } catch {
          throw .impossible(plan: "\(name).\(product)", reason: "\(error)")
        }
      case .twoHalves where product == "forward" || !isLeft:
        throw .impossible(plan: "\(name).\(product)", reason: "only gradients have two halves")
      default: break
      }
      guard !plan.readsForwardCodes || product != "forward" && !isLeft else {
        throw .impossible(
          plan: "\(name).\(product)",
          reason: "only a saved operand has codes of the forward product")
      }
    }
    try checkReuse("inputGradient", inputGradient, of: forward.right)
    try checkReuse("weightGradient", weightGradient, of: forward.left)
  }

  private func checkReuse(
    _ product: String, _ plan: ProductPlan, of saved: OperandPlan
  ) throws(RecipeError) {
    guard plan.right.readsForwardCodes else { return }
    guard case .codes(let codes) = saved else {
      throw .impossible(
        plan: "\(name).\(product)", reason: "the forward product has no codes of it")
    }
    let isFloat = plan.left == .float || plan.left == .bfloat16
    guard plan.right != .forwardCodes || isFloat || codes.isTransposable else {
      throw .impossible(
        plan: "\(name).\(product)", reason: "a scale for each row varies along what it contracts")
    }
    if case .requantizedForwardCodes = plan.right, codes.granularity != .vector {
      throw .impossible(
        plan: "\(name).\(product)", reason: "scales are folded only where there is one a row")
    }
  }
}
