internal import AffineLayers
internal import AffineQuant

extension Recipe {
  /// The recipes of the literature, by their names on the command line.
  public static let named: [Recipe] = [
    float32, bfloat16, int8WeightOnly, int8MixedPrecision, switchBack, switchBackM, switchBackQ,
    aqt, aqtFull, jetfire, banner, llmInt8, bitNet, bitNetNormalized, qat8da4w, qatInt4, int4,
  ]

  /// Recipes that are wrong on purpose: a comparison that cannot tell them from the right ones shows nothing.
  public static let controls: [Recipe] = [jetfireTruncating]

  /// Finds a recipe by its name.
  ///
  /// - Throws: ``RecipeError/unknown(_:known:)``.
  public init(named name: String) throws(RecipeError) {
    guard let recipe = (Self.named + Self.controls).first(where: { $0.name == name }) else {
      throw .unknown(name, known: RecipeSchedule.names)
    }
    self = recipe
  }

  private static func named(_ name: String, _ change: (inout Recipe) -> Void) -> Recipe {
    var recipe = Recipe(name: name)
    change(&recipe)
    return recipe
  }

  private static let int8 = CodePlan()
  private static let int8Tensor = CodePlan(.signed(bits: 8), .tensor)

  /// What all others are compared with.
  public static let float32 = Recipe(name: "float32")

  /// Weights and operands in 16 bits, sums in float32.
  public static let bfloat16 = named("bfloat16") {
    $0.forward = ProductPlan(.bfloat16, .bfloat16)
    $0.inputGradient = ProductPlan(.bfloat16, .bfloat16)
    $0.weightGradient = ProductPlan(.bfloat16, .bfloat16)
    $0.weight = .bfloat16
  }

  /// torchao's int8 weight-only training: the parameter is int8 with a scale a row; products are float.
  public static let int8WeightOnly = named("int8-weight-only") { $0.weight = .codes(int8) }

  /// torchao's int8 mixed precision: all three products on int8, to the nearest.
  public static let int8MixedPrecision = named("int8-mixed-precision") {
    $0.forward = ProductPlan(.codes(int8), .codes(int8))
    $0.inputGradient = ProductPlan(.codes(int8), .codes(int8))
    $0.weightGradient = ProductPlan(.codes(int8), .codes(int8))
  }

  /// SwitchBack (arXiv 2304.13013): the weight's gradient, whose sums are longest, stays float.
  public static let switchBack = named("switchback") {
    $0.forward = ProductPlan(.codes(int8), .codes(int8Tensor))
    $0.inputGradient = ProductPlan(.codes(int8), .codes(int8Tensor))
  }

  /// SwitchBackM (ibid.): only codes are saved for the backward pass.
  public static let switchBackM = named("switchback-m") {
    $0.forward = ProductPlan(.codes(int8), .codes(int8Tensor))
    $0.inputGradient = ProductPlan(.codes(int8), .forwardCodes)
    $0.weightGradient = ProductPlan(.float, .forwardCodes)
  }

  /// SwitchBackQ (ibid.): the weight has a scale for each row, and for each column backward.
  public static let switchBackQ = named("switchback-q") {
    $0.forward = ProductPlan(.codes(int8), .codes(int8))
    $0.inputGradient = ProductPlan(.codes(int8), .codes(int8))
  }

  private static let halfStep = CodePlan(scale: .halfStep)

  /// Google AQT, `config_v4` (arXiv 2105.03536): the weight's gradient stays float.
  public static let aqt = named("aqt") {
    $0.forward = ProductPlan(.codes(halfStep), .codes(halfStep))
    $0.inputGradient = ProductPlan(.codes(halfStep.stochastic), .codes(halfStep))
  }

  /// Google AQT, `fully_quantized`: the backward pass reads codes of the forward pass, and sums over tokens
  /// have a scale for every 256 of them (local AQT).
  public static let aqtFull = named("aqt-full") {
    let local = CodePlan(.signed(bits: 8), .slices(of: 256), scale: .halfStep)
    $0.forward = ProductPlan(.codes(halfStep), .codes(halfStep))
    $0.inputGradient = ProductPlan(.codes(halfStep.stochastic), .requantizedForwardCodes(halfStep))
    $0.weightGradient = ProductPlan(.codes(local.stochastic), .requantizedForwardCodes(local))
  }

  /// Jetfire (arXiv 2403.12422): blocks of 32 × 32, also between layers.
  public static let jetfire = named("jetfire") {
    let block = CodePlan(.signed(bits: 8), .blocks(32))
    $0.forward = ProductPlan(.codes(block), .codes(block))
    $0.inputGradient = ProductPlan(.codes(block.stochastic), .forwardCodes)
    $0.weightGradient = ProductPlan(.codes(block.stochastic), .forwardCodes)
    $0.flow = block.stochastic
  }

  /// Jetfire with gradients truncated, as its first release did where it added residuals.
  public static let jetfireTruncating: Recipe = {
    var recipe = jetfire
    recipe.name = "jetfire-truncating"
    let block = CodePlan(.signed(bits: 8), .blocks(32), rounding: .towardZero)
    recipe.inputGradient.left = .codes(block)
    recipe.weightGradient.left = .codes(block)
    recipe.flow = block
    return recipe
  }()

  /// Banner et al. (arXiv 1805.11046): unsigned codes with zero points; the gradient has 8 bits where
  /// layers wait for it and all of them for the weight.
  public static let banner = named("banner") {
    let uint8 = CodePlan(.unsigned(bits: 8), .tensor, scale: .range)
    let inputs = CodePlan(.unsigned(bits: 8), .tensor, scale: .meanRange)
    $0.forward = ProductPlan(.codes(inputs), .codes(uint8))
    $0.inputGradient = ProductPlan(.codes(uint8.stochastic), .forwardCodes)
    $0.weightGradient = ProductPlan(.float, .forwardCodes)
  }

  /// LLM.int8() (arXiv 2208.07339): columns with outliers are multiplied in float; backward as in
  /// bitsandbytes.
  public static let llmInt8 = named("llm-int8") {
    $0.forward = ProductPlan(.codes(int8), .codes(int8))
    $0.inputGradient = ProductPlan(.float, .forwardCodes)
    $0.weightGradient = ProductPlan(.codes(int8), .codes(int8))
    $0.outlierThreshold = 6
  }

  /// BitNet b1.58 (arXiv 2402.17764): ternary weights, int8 inputs.
  public static let bitNet = named("bitnet") { ternary(&$0) }

  /// The same with inputs normalized before every product, as torchao inserts it.
  public static let bitNetNormalized = named("bitnet-normalized") {
    ternary(&$0)
    $0.normalizesInputs = true
  }

  private static func ternary(_ recipe: inout Recipe) {
    let ternary = CodePlan(.ternary, .tensor, scale: .meanMagnitude)
    recipe.forward = ProductPlan(.codes(int8), .codes(ternary))
    recipe.inputGradient = ProductPlan(.float, .forwardCodes)
    recipe.weightGradient = ProductPlan(.float, .forwardCodes)
  }

  private static let int4Groups = CodePlan(.signed(bits: 4), .slices(of: 32), scale: .fullRange)

  /// torchao's quantization-aware training: int8 inputs with a zero point for each token, int4 weights
  /// in groups of 32.
  public static let qat8da4w = named("qat-8da4w") {
    $0.forward = ProductPlan(.codes(CodePlan(scale: .range)), .codes(int4Groups))
    $0.inputGradient = ProductPlan(.float, .forwardCodes)
    $0.weightGradient = ProductPlan(.float, .forwardCodes)
    $0.masksClippedGradients = true
  }

  /// Quantization-aware training of weights alone: int4 in groups of 32.
  public static let qatInt4 = named("qat-int4") {
    $0.forward = ProductPlan(.float, .codes(int4Groups))
    $0.inputGradient = ProductPlan(.float, .forwardCodes)
    $0.masksClippedGradients = true
  }

  /// Training in 4 bits (arXiv 2306.11987): Hadamard quantizer with trained steps, gradients in two
  /// halves, half of their rows sampled for the weight's gradient.
  public static let int4 = named("int4") {
    let learned = CodePlan(.signed(bits: 4), .tensor, scale: .learned)
    $0.forward = ProductPlan(.codes(learned), .codes(learned))
    $0.inputGradient = ProductPlan(.twoHalves, .forwardCodes)
    $0.weightGradient = ProductPlan(.twoHalves, .forwardCodes)
    $0.masksClippedGradients = true
    $0.rotates = true
    $0.sampledProducts = [.weightGradient]
  }
}
