internal import AffineLayers
internal import AffineQuant

extension Tape {
  /// Layer normalization of every row (arXiv 1607.06450), with a weight and perhaps a bias of one row.
  ///
  /// - Throws: ``TrainingError``: a weight or bias that is not one row of so many columns; where layers exchange
  ///   codes, values that are not finite.
  public func layerNorm(
    _ x: Variable, weight: Variable, bias: Variable? = nil, epsilon: Float = 1e-5,
    flows: Bool = true, name: String = "layer norm"
  ) throws(TrainingError) -> Variable {
    try norm(.layer, x, weight: weight, bias: bias, epsilon: epsilon, flows: flows, name: name)
  }

  /// Normalization of every row by its root mean square (arXiv 1910.07467), with a weight of one row or
  /// none.
  ///
  /// - Throws: ``TrainingError``: a weight or bias that is not one row of so many columns; where layers exchange
  ///   codes, values that are not finite.
  public func rootMeanSquareNorm(
    _ x: Variable, weight: Variable? = nil, epsilon: Float = 1e-5, flows: Bool = true,
    name: String = "RMS norm"
  ) throws(TrainingError) -> Variable {
    try norm(.rms, x, weight: weight, bias: nil, epsilon: epsilon, flows: flows, name: name)
  }

  /// Normalization of every row by its range (arXiv 1805.11046), with a weight and perhaps a bias of one
  /// row.
  ///
  /// - Throws: ``TrainingError``: a weight or bias that is not one row of so many columns; where layers exchange
  ///   codes, values that are not finite.
  public func rangeNorm(
    _ x: Variable, weight: Variable, bias: Variable? = nil, epsilon: Float = 1e-5,
    flows: Bool = true, name: String = "range norm"
  ) throws(TrainingError) -> Variable {
    try norm(.range, x, weight: weight, bias: bias, epsilon: epsilon, flows: flows, name: name)
  }

  /// A norm of any kind; without a weight it counts as 1.
  func norm(
    _ kind: DecoderConfiguration.Norm, _ x: Variable, weight: Variable?, bias: Variable?,
    epsilon: Float, flows: Bool, name: String
  ) throws(TrainingError) -> Variable {
    try checkRow(weight, of: x, name)
    try checkRow(bias, of: x, name)
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
