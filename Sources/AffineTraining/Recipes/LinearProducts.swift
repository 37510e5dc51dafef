internal import AffineLayers
internal import AffineQuant

/// The three products of a linear layer under a recipe.
struct LinearProducts {
  let recipe: Recipe
  let noise: Noise
  /// In the recipe's precision.
  let execution: Execution
  private let inputCodes: InputCodes?

  init(
    recipe: Recipe, noise: Noise, execution: Execution, inputCodes: InputCodes? = nil
  ) {
    var execution = execution
    execution.precision = recipe.precision
    self.recipe = recipe
    self.noise = noise
    self.execution = execution
    self.inputCodes = inputCodes
  }

  /// The trained steps of inputs and weight, where the recipe has them.
  struct Steps: Sendable {
    var input, weight: Float
  }

  /// What the backward pass needs of the forward one.
  struct Saved: Sendable {
    /// The inputs, or their codes alone.
    var input: StoredMatrix
    /// The weight's codes, where the backward pass reads them; otherwise it reads the parameter.
    var weight: StoredMatrix?
    /// Places of inputs and weight that codes clipped.
    var clippedInput: [Int] = [], clippedWeight: [Int] = []
  }

  /// `Y = X · Wᵀ`, and what to save.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: values that are not finite, extents that do not agree.
  func forward(
    _ input: StoredMatrix, _ weight: StoredMatrix, _ steps: Steps? = nil
  ) throws(QuantizationError) -> (output: Matrix<Float>, saved: Saved) {
    let (x, w) = (try rotated(input), try rotated(weight))
    let right = try operand(w, recipe.forward.right, .columns, steps?.weight)
    var saved = Saved(input: x)
    if recipe.inputGradient.right.readsForwardCodes { saved.weight = right.stored }
    if recipe.masksClippedGradients { saved.clippedWeight = clipped(w, right) }
    if let threshold = recipe.outlierThreshold {
      return (try forward(x, w, right, outliersFrom: threshold), saved)
    }
    let left = try inputOperand(x, recipe.forward.left, .columns, steps?.input)
    // Trained steps have gradients that need the values; codes follow from them.
    let savesOperand =
      recipe.weightGradient.right.readsForwardCodes && !recipe.learnsSteps
      || recipe.forward.left == .bfloat16 && recipe.weightGradient.right == .bfloat16
    if savesOperand { saved.input = left.stored }
    if recipe.masksClippedGradients { saved.clippedInput = clipped(x, left) }
    return (try product(.linear, left, right), saved)
  }

  /// The steps that fit inputs and a weight (LSQ's first values).
  func measuredSteps(
    _ input: StoredMatrix, _ weight: StoredMatrix
  ) throws(QuantizationError) -> Steps {
    Steps(
      input: try LearnedStep(for: rotated(input).floats(on: execution), on: execution).value,
      weight: try LearnedStep(for: rotated(weight).floats(on: execution), on: execution).value)
  }

  /// The inputs as a plan has them, which other layers may have had already.
  func inputOperand(
    _ matrix: StoredMatrix, _ plan: OperandPlan, _ axis: ContractedAxis, _ step: Float? = nil
  ) throws(QuantizationError) -> ErasedOperand {
    guard let inputCodes, case .codes(let codes) = plan, step == nil else {
      return try operand(matrix, plan, axis, step)
    }
    return try inputCodes.codes(of: matrix, codes, axis) { () throws(QuantizationError) in
      try operand(matrix, plan, axis)
    }
  }

  /// One operand as a plan has it.
  func operand(
    _ matrix: StoredMatrix, _ plan: OperandPlan, _ axis: ContractedAxis, _ step: Float? = nil
  ) throws(QuantizationError) -> ErasedOperand {
    switch plan {
    case .float, .forwardCodes, .requantizedForwardCodes, .twoHalves: return matrix.operand
    case .bfloat16:
      if case .bfloat16 = matrix { return matrix.operand }
      return .float(.bfloat16(matrix.floats(on: execution).converted()))
    case .codes(let plan):
      // What flows in codes of this type is not quantized a second time.
      if case .codes(let codes) = matrix, try codes.quantizedType == plan.type(contracting: axis) {
        return matrix.operand
      }
      let values = matrix.floats(on: execution)
      let codes = try plan.quantize(values, contracting: axis, step: step, noise, execution)
      return .quantized(codes.core)
    }
  }

  /// A product of any two operands; codes on the left are dequantized before values, and before codes
  /// whose scales vary along the sum: those of a weight that is kept so.
  func product(
    _ operation: MatrixOperation, _ left: ErasedOperand, _ right: ErasedOperand
  ) throws(QuantizationError) -> Matrix<Float> {
    var left = left
    if !isLegal(operation, left.type, right.type) {
      left = .float(.float32(left.stored.floats(on: execution)))
    }
    return try shaped { () throws(ShapeError) in
      try ErasedOperand.product(operation, left, right, on: execution)
    }
  }

  /// Wraps errors of shapes.
  func shaped<Result>(_ body: () throws(ShapeError) -> Result) throws(QuantizationError) -> Result {
    do throws(ShapeError) { return try body() } catch { throw .shape(error) }
  }

  /// The operand turned along the contracted axis of the forward product, where the recipe does so.
  func rotated(_ matrix: StoredMatrix) throws(QuantizationError) -> StoredMatrix {
    guard recipe.rotates else { return matrix }
    let transform = HadamardTransform(columns: matrix.shape.columns)
    return try shaped { () throws(ShapeError) in
      .float32(try transform(matrix.floats(on: execution), on: execution))
    }
  }

  /// The places where codes stand for less than a step short of their values.
  private func clipped(_ values: StoredMatrix, _ operand: ErasedOperand) -> [Int] {
    guard case .quantized(let codes) = operand else { return [] }
    return AnyQuantized(codes).clippedPlaces(
      of: values.floats(on: execution), beforeRounding: recipe.learnsSteps, on: execution)
  }
}

extension ErasedOperand {
  /// The same, to be saved.
  var stored: StoredMatrix {
    switch self {
    case .float(.float32(let matrix)): .float32(matrix)
    case .float(.bfloat16(let matrix)): .bfloat16(matrix)
    case .float(.float16(let matrix)): .float32(matrix.converted())
    case .quantized(let matrix): .codes(AnyQuantized(matrix))
    }
  }
}
