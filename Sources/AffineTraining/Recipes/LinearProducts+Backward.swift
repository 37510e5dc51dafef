internal import AffineLayers
internal import AffineQuant

extension LinearProducts {
  /// What inputs, weight and steps are moved by.
  struct Gradients {
    var input, weight: Matrix<Float>?
    var steps: Steps?
  }

  /// `dX = G · W` and `dW = Gᵀ · X`, each where it is wanted.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: a gradient that is not finite.
  func backward(
    _ gradient: StoredMatrix, _ saved: Saved, _ weight: StoredMatrix, _ steps: Steps? = nil,
    wantsInput: Bool = true, wantsWeight: Bool = true
  ) throws(QuantizationError) -> Gradients {
    var input = saved.input
    if recipe.learnsSteps {
      input = try operand(input, recipe.forward.left, .columns, steps?.input).stored(on: execution)
    }
    let w: StoredMatrix
    if let codes = saved.weight { w = codes } else { w = try rotated(weight) }
    var gradients = Gradients()
    if recipe.inputGradient.left == .twoHalves {
      gradients = try backward(
        inHalves: gradient, input, w, wantsInput: wantsInput, wantsWeight: wantsWeight)
    } else {
      let g = try shared(gradient, wantsBoth: wantsInput && wantsWeight)
      if wantsInput { gradients.input = try inputGradient(g.forInput, w) }
      if wantsWeight { gradients.weight = try weightGradient(g.forWeight, input) }
    }
    if let steps, let dx = gradients.input, let dw = gradients.weight {
      gradients.steps = Steps(
        input: try stepGradient(steps.input, saved.input, dx),
        weight: try stepGradient(steps.weight, try rotated(weight), dw))
    }
    // Places are those of what was quantized, which is what was turned.
    gradients.input?.clear(saved.clippedInput)
    gradients.weight?.clear(saved.clippedWeight)
    if let dx = gradients.input { gradients.input = try rotated(.float32(dx)).floats() }
    if let dw = gradients.weight { gradients.weight = try rotated(.float32(dw)).floats() }
    return gradients
  }

  private func stepGradient(
    _ step: Float, _ values: StoredMatrix, _ gradient: Matrix<Float>
  ) throws(QuantizationError) -> Float {
    let learned = try LearnedStep(step)
    return try shaped { () throws(ShapeError) in
      try learned.gradient(of: values.floats(on: execution), gradient, on: execution)
    }
  }

  /// The gradient in codes, where one quantization or one reading serves both products.
  private func shared(
    _ gradient: StoredMatrix, wantsBoth: Bool
  ) throws(QuantizationError) -> (forInput: StoredMatrix, forWeight: StoredMatrix) {
    let (left, other) = (recipe.inputGradient.left, recipe.weightGradient.left)
    if case .codes(let plan) = left, plan.isTransposable, other == left {
      let codes = try operand(gradient, left, .columns).stored(on: execution)
      return (codes, codes)
    }
    // What is folded into a gradient, or taken out of it, needs its values.
    let needsValues =
      recipe.outlierThreshold != nil || recipe.inputGradient.right.isRequantized
      || recipe.weightGradient.right.isRequantized
    guard wantsBoth, !needsValues, let both = try bothAxes(gradient, left, other) else {
      return (gradient, gradient)
    }
    return (both.columns.stored(on: execution), both.rows.stored(on: execution))
  }

  /// The codes that the forward product had of an operand as numbers, quantized again.
  private func numbers(
    _ saved: AnyQuantized, _ plan: CodePlan
  ) throws(QuantizationError) -> ErasedOperand {
    try operand(.float32(saved.numbers(on: execution)), .codes(plan), .rows)
  }

  private func inputGradient(
    _ gradient: StoredMatrix, _ weight: StoredMatrix
  ) throws(QuantizationError) -> Matrix<Float> {
    let plan = recipe.inputGradient
    if case .requantizedForwardCodes(let codes) = plan.right, case .codes(let w) = weight {
      let folded = Elementwise.scaleColumns(
        gradient.floats(on: execution), by: w.scales.values.array, on: execution)
      return try product(
        .inputGradient, try operand(.float32(folded), plan.left, .columns), numbers(w, codes))
    }
    var right = try operand(weight, plan.right, .rows)
    let left = try operand(gradient, plan.left, .columns)
    // A weight in codes that meets values is read once, not once for every block of its columns.
    if case .float = left, case .quantized = right {
      right = .float(.float32(right.stored(on: execution).floats(on: execution)))
    }
    return try product(.inputGradient, left, right)
  }

  private func weightGradient(
    _ gradient: StoredMatrix, _ input: StoredMatrix
  ) throws(QuantizationError) -> Matrix<Float> {
    let plan = recipe.weightGradient
    if case .requantizedForwardCodes(let codes) = plan.right, case .codes(let x) = input {
      let folded = Elementwise.scaleRows(
        gradient.floats(on: execution), by: x.scales.values.array, on: execution)
      return try product(
        .weightGradient, try operand(.float32(folded), plan.left, .rows), numbers(x, codes))
    }
    if let threshold = recipe.outlierThreshold {
      return try weightGradient(gradient, input, outliersFrom: threshold)
    }
    return try product(
      .weightGradient, try operand(gradient, plan.left, .rows),
      try inputOfWeightGradient(input))
  }
}
