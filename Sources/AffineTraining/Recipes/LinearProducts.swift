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

  /// `Y = X · Wᵀ`, and what to save: for the weight's gradient, where it is wanted, codes that are made together
  /// with those of this product, and not the inputs, which would be read again when they are in no cache any more.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: values that are not finite, extents that do not agree.
  func forward(
    _ input: StoredMatrix, _ weight: StoredMatrix, _ steps: Steps? = nil, wantsWeight: Bool = true
  ) throws(QuantizationError) -> (output: Matrix<Float>, saved: Saved) {
    let (x, w) = (try rotated(input), try rotated(weight))
    let right = try operand(w, recipe.forward.right, .columns, steps?.weight)
    var saved = Saved(input: x)
    if recipe.inputGradient.right.readsForwardCodes { saved.weight = right.stored(on: execution) }
    if recipe.masksClippedGradients { saved.clippedWeight = clipped(w, right) }
    if let threshold = recipe.outlierThreshold {
      return (try forward(x, w, right, outliersFrom: threshold), saved)
    }
    let made = try forwardInput(x, recipe.forward.left, steps?.input, wantsWeight: wantsWeight)
    let left = made.codes
    if let codes = made.forWeightGradient { saved.input = codes.stored(on: execution) }
    // Trained steps have gradients that need the values; codes follow from them.
    let savesOperand =
      recipe.weightGradient.right.readsForwardCodes && !recipe.learnsSteps
      || recipe.forward.left == .bfloat16 && recipe.weightGradient.right == .bfloat16
    if savesOperand { saved.input = left.stored(on: execution) }
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

  /// The inputs as the forward product has them, which other layers may have had already.
  private func forwardInput(
    _ matrix: StoredMatrix, _ plan: OperandPlan, _ step: Float?, wantsWeight: Bool
  ) throws(QuantizationError) -> InputCodes.Made {
    var other: CodePlan?
    // Trained steps have gradients that need the values.
    if wantsWeight, !recipe.learnsSteps, case .codes(let codes) = recipe.weightGradient.right {
      other = codes
    }
    func make() throws(QuantizationError) -> InputCodes.Made {
      if let other, let both = try bothAxes(matrix, plan, .codes(other)) {
        return InputCodes.Made(codes: both.columns, forWeightGradient: both.rows)
      }
      return InputCodes.Made(codes: try operand(matrix, plan, .columns, step))
    }
    guard let inputCodes, case .codes(let codes) = plan, step == nil else { return try make() }
    return try inputCodes.codes(of: matrix, codes, .columns, and: other, make)
  }

  /// The inputs as the weight's gradient has them, likewise.
  func inputOfWeightGradient(_ matrix: StoredMatrix) throws(QuantizationError) -> ErasedOperand {
    let plan = recipe.weightGradient.right
    guard let inputCodes, case .codes(let codes) = plan else {
      return try operand(matrix, plan, .rows)
    }
    return try inputCodes.codes(of: matrix, codes, .rows) { () throws(QuantizationError) in
      InputCodes.Made(codes: try operand(matrix, plan, .rows))
    }.codes
  }

  /// One operand for a product that contracts its columns and one that contracts its rows, where one reading of its
  /// values makes both.
  func bothAxes(
    _ matrix: StoredMatrix, _ columns: OperandPlan, _ rows: OperandPlan
  ) throws(QuantizationError) -> (columns: ErasedOperand, rows: ErasedOperand)? {
    guard case .codes(let columns) = columns, case .codes(let rows) = rows, columns.joinsAxes,
      rows.joinsAxes
    else { return nil }
    // What flows in codes has a scale for both axes already.
    if case .codes = matrix { return nil }
    let codes = try columns.quantize(matrix.floats(on: execution), rowsBy: rows, execution)
    return (.quantized(codes.columns.core), .quantized(codes.rows.core))
  }

  /// One operand as a plan has it.
  func operand(
    _ matrix: StoredMatrix, _ plan: OperandPlan, _ axis: ContractedAxis, _ step: Float? = nil
  ) throws(QuantizationError) -> ErasedOperand {
    switch plan {
    case .float, .forwardCodes, .requantizedForwardCodes, .twoHalves: return matrix.operand
    case .bfloat16:
      if case .bfloat16 = matrix { return matrix.operand }
      return .float(.bfloat16(matrix.floats(on: execution).converted(on: execution)))
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
      left = .float(.float32(left.stored(on: execution).floats(on: execution)))
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
  func stored(on execution: Execution) -> StoredMatrix {
    switch self {
    case .float(.float32(let matrix)): .float32(matrix)
    case .float(.bfloat16(let matrix)): .bfloat16(matrix)
    case .float(.float16(let matrix)): .float32(matrix.converted(on: execution))
    case .quantized(let matrix): .codes(AnyQuantized(matrix))
    }
  }
}
