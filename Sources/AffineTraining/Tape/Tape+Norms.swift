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
    try checkRow(weight, of: x, name)
    try checkRow(bias, of: x, name)
    let result = RowNorm.layer(
      x.value.floats(on: execution), weight: weight.value.floats(), bias: bias?.value.floats(),
      epsilon: epsilon, on: execution)
    let (statistics, scale, hasBias) = (result.statistics, weight.value, bias != nil)
    return record(
      flows ? try flowing(result.output, name) : .float32(result.output),
      from: [x, weight] + (bias.map { [$0] } ?? []),
      saving: [try flowing(x, "input of \(name)")], heldBytes: statistics.byteCount
    ) { [unowned self] gradient, saved throws(TrainingError) in
      let parts = RowNorm.layerGradient(
        saved[0].floats(on: execution), weight: scale.floats(), statistics: statistics,
        gradient.floats(on: execution), on: execution)
      let dx = try self.flowingBack(parts.input, "gradient of \(name)")
      return [dx, .float32(parts.weight)] + (hasBias ? [.float32(parts.bias)] : [])
    }
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
    try checkRow(weight, of: x, name)
    let scale = weight?.value
    let result = RowNorm.rootMeanSquare(
      x.value.floats(on: execution), weight: scale?.floats(), epsilon: epsilon, on: execution)
    let statistics = result.statistics
    return record(
      flows ? try flowing(result.output, name) : .float32(result.output),
      from: [x] + (weight.map { [$0] } ?? []), saving: [try flowing(x, "input of \(name)")],
      heldBytes: statistics.byteCount
    ) { [unowned self] gradient, saved throws(TrainingError) in
      let parts = RowNorm.rootMeanSquareGradient(
        saved[0].floats(on: execution), weight: scale?.floats(), statistics: statistics,
        gradient.floats(on: execution), on: execution)
      let dx = try self.flowingBack(parts.input, "gradient of \(name)")
      return [dx] + (scale == nil ? [] : [.float32(parts.weight)])
    }
  }

  /// A value as it is saved where layers exchange codes: in codes, even if it came in values.
  private func flowing(_ x: Variable, _ name: String) throws(TrainingError) -> StoredMatrix {
    guard flow != nil, case .float32(let values) = x.value else { return x.value }
    return try flowing(values, name)
  }
}
