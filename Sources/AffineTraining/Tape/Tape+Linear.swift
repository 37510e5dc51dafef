internal import AffineLayers
internal import AffineQuant

extension Tape {
  /// `X · Wᵀ` with the products of a recipe.
  ///
  /// - Parameters:
  ///   - input: `m × k`.
  ///   - weight: `n × k`, values or codes; codes get the gradient of the values that they stand for.
  ///   - recipe: What the operands of the three products become.
  ///   - steps: Two variables of one value each, for a recipe that trains its steps.
  ///   - name: Names the layer in errors.
  /// - Returns: `m × n` values, or codes where the recipe's layers exchange codes.
  /// - Throws: ``TrainingError``: values that are not finite, extents that do not agree.
  public func linear(
    _ input: Variable, _ weight: Variable, recipe: Recipe = .float32,
    steps: (input: Variable, weight: Variable)? = nil, name: String = "linear"
  ) throws(TrainingError) -> Variable {
    // Steps that the recipe does not read have no gradient.
    let steps = recipe.learnsSteps ? steps : nil
    try recipe.check()
    let products = LinearProducts(
      recipe: recipe, noise: noise, execution: execution, inputCodes: inputCodes)
    let parameter = weight.value
    var scalars = steps.map {
      LinearProducts.Steps(input: $0.input.scalar, weight: $0.weight.scalar)
    }
    if let given = scalars, given.input <= 0 || given.weight <= 0 {
      let found = try named(name) { () throws(QuantizationError) in
        try products.measuredSteps(input.value, parameter)
      }
      measuredSteps[name] = found
      scalars = LinearProducts.Steps(
        input: given.input > 0 ? given.input : found.input,
        weight: given.weight > 0 ? given.weight : found.weight)
    }
    // The gradients of steps follow from those of what they quantize.
    let trainsSteps = steps.map { $0.input.node != nil || $0.weight.node != nil } ?? false
    let wantsInput = input.node != nil || trainsSteps
    let wantsWeight = weight.node != nil || trainsSteps
    let (known, trained) = (scalars, steps)
    let result = try named(name) { () throws(QuantizationError) in
      try products.forward(input.value, parameter, known, wantsWeight: wantsWeight)
    }
    let (saved, flows) = (result.saved, recipe.flow != nil)
    let (clippedInput, clippedWeight) = (saved.clippedInput, saved.clippedWeight)
    return record(
      flows ? try flowing(result.output, name) : .float32(result.output),
      from: [input, weight] + (trained.map { [$0.input, $0.weight] } ?? []),
      saving: [saved.input] + (saved.weight.map { [$0] } ?? []),
      heldBytes: (clippedInput.count + clippedWeight.count) * MemoryLayout<Int>.stride
    ) { [unowned self] gradient, kept throws(TrainingError) in
      let saved = LinearProducts.Saved(
        input: kept[0], weight: kept.count > 1 ? kept[1] : nil, clippedInput: clippedInput,
        clippedWeight: clippedWeight)
      let gradients = try self.named("gradient of \(name)") { () throws(QuantizationError) in
        try products.backward(
          gradient, saved, parameter, known, wantsInput: wantsInput, wantsWeight: wantsWeight)
      }
      var parts: [StoredMatrix?] = [nil, gradients.weight.map { .float32($0) }]
      if let dx = gradients.input {
        parts[0] = flows ? try self.flowingBack(dx, "gradient of \(name)") : .float32(dx)
      }
      if let steps = gradients.steps {
        parts += [.float32(.scalar(steps.input)), .float32(.scalar(steps.weight))]
      }
      return parts
    }
  }

  /// Names the tensor of an error.
  func named<Result>(
    _ name: String, _ body: () throws(QuantizationError) -> Result
  ) throws(TrainingError) -> Result {
    do throws(QuantizationError) {
      return try body()
    } catch {
      throw .quantization(tensor: name, error)
    }
  }
}

extension Variable {
  /// The value of a 1 × 1 matrix.
  var scalar: Float { value.floats()[0, 0] }
}

extension Matrix<Float> {
  /// A 1 × 1 matrix.
  static func scalar(_ value: Float) -> Matrix { Matrix(rows: 1, columns: 1) { _, _ in value } }
}
