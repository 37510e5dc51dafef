public import AffineLayers
internal import AffineQuant

extension Tape {
  /// Every row normalized: by its mean and deviation (arXiv 1607.06450), its root mean square (arXiv 1910.07467) or
  /// its mean and range (arXiv 1805.11046).
  ///
  /// - Parameters:
  ///   - kind: Which of these.
  ///   - x: `m × n`.
  ///   - weight: `1 × n`, what normalized columns are multiplied by; `nil`: 1.
  ///   - bias: `1 × n`, what is added then; a root mean square norm has none.
  ///   - epsilon: What is added to the variance, the mean square or the range, so that nothing is divided by 0.
  ///   - flows: Whether the result is in codes where layers exchange codes.
  ///   - name: Names the norm in errors.
  /// - Returns: `m × n`.
  /// - Throws: ``TrainingError``: a weight or bias that is not one row of so many columns, or that the kind has not;
  ///   where layers exchange codes, values that are not finite.
  public func norm(
    _ kind: DecoderConfiguration.Norm, _ x: Variable, weight: Variable? = nil,
    bias: Variable? = nil, epsilon: Float = 1e-5, flows: Bool = true, name: String = "norm"
  ) throws(TrainingError) -> Variable {
    try checkRow(weight, of: x, name)
    try checkRow(bias, of: x, name)
    guard kind != .rms || bias == nil else {
      throw .shape(tensor: name, .wrongCount(of: "biases", expected: 0, found: x.shape.columns))
    }
    let execution = execution
    let norm = Norm(
      kind, epsilon: epsilon,
      weight: weight?.value.floats() ?? Matrix(rows: 1, columns: x.shape.columns) { _, _ in 1 },
      bias: bias?.value.floats())
    let (output, statistics) = norm.forward(x.value.floats(on: execution), on: execution)
    let value = flows ? try flowing(output, name) : .float32(output)
    // A range hangs on single values, which codes would move.
    let input = kind == .range ? x.value : try flowing(x, "input of \(name)")
    let (hasWeight, hasBias) = (weight != nil, bias != nil)
    return record(
      value, from: [x] + [weight, bias].compactMap(\.self), saving: [input],
      heldBytes: statistics.byteCount
    ) { [unowned self] gradient, saved throws(TrainingError) in
      let parts = norm.gradients(
        saved[0].floats(on: execution), statistics, gradient.floats(on: execution), on: execution)
      var gradients = [try self.flowingBack(parts.input, "gradient of \(name)")]
      if hasWeight { gradients.append(.float32(parts.weight)) }
      if hasBias, let bias = parts.bias { gradients.append(.float32(bias)) }
      return gradients
    }
  }

  /// A value as it is saved where layers exchange codes: in codes, even if it came in values.
  private func flowing(_ x: Variable, _ name: String) throws(TrainingError) -> StoredMatrix {
    guard flow != nil, case .float32(let values) = x.value else { return x.value }
    return try flowing(values, name)
  }
}
