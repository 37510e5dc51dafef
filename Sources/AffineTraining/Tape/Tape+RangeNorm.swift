internal import AffineLayers
internal import AffineQuant

extension Tape {
  /// Normalization of every row by its range (arXiv 1805.11046), with a weight and perhaps a bias of one
  /// row.
  ///
  /// - Throws: ``TrainingError``: a weight or bias that is not one row of so many columns; where layers exchange
  ///   codes, values that are not finite.
  public func rangeNorm(
    _ x: Variable, weight: Variable, bias: Variable? = nil, epsilon: Float = 1e-5,
    flows: Bool = true, name: String = "range norm"
  ) throws(TrainingError) -> Variable {
    let (norm, execution) = (RangeNorm(epsilon: epsilon), execution)
    let values = x.value.floats(on: execution)
    let zeros = Matrix<Float>(rows: 1, columns: x.shape.columns) { _, _ in 0 }
    let gain = weight.value.floats()
    let result = try named(name) { () throws(QuantizationError) in
      do throws(ShapeError) {
        return try norm.forward(
          values, gain: gain, bias: bias?.value.floats() ?? zeros, on: execution)
      } catch { throw .shape(error) }
    }
    let (statistics, hasBias) = (result.statistics, bias != nil)
    return record(
      flows ? try flowing(result.output, name) : .float32(result.output),
      from: [x, weight] + (bias.map { [$0] } ?? []), saving: [x.value],
      heldBytes: statistics.byteCount
    ) { [unowned self] gradient, saved throws(TrainingError) in
      let parts = try self.named("gradient of \(name)") { () throws(QuantizationError) in
        do throws(ShapeError) {
          return try norm.backward(
            gradient.floats(on: execution), input: saved[0].floats(on: execution),
            statistics, gain: gain, on: execution)
        } catch { throw .shape(error) }
      }
      let dx = try self.flowingBack(parts.input, "gradient of \(name)")
      return [dx, .float32(parts.gain)] + (hasBias ? [.float32(parts.bias)] : [])
    }
  }
}
