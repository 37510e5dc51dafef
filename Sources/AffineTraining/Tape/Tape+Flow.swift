internal import AffineLayers
internal import AffineQuant

extension Tape {
  /// A result as it flows on: values, or codes rounded to the nearest where layers exchange codes.
  func flowing(_ values: Matrix<Float>, _ name: String) throws(TrainingError) -> StoredMatrix {
    guard let flow else { return .float32(values) }
    return try quantized(values, flow.nearest, name)
  }

  /// A gradient as it flows back, rounded as the plan says where layers exchange codes.
  func flowingBack(_ values: Matrix<Float>, _ name: String) throws(TrainingError) -> StoredMatrix {
    guard let flow else { return .float32(values) }
    return try quantized(values, flow, name)
  }

  /// Values as the numbers that their codes stand for; the gradient passes as it is.
  ///
  /// - Throws: ``TrainingError``: values that are not finite.
  package func rounded(
    _ x: Variable, as plan: CodePlan, name: String
  ) throws(TrainingError) -> Variable {
    let codes = try quantized(x.value.floats(on: execution), plan, name)
    return record(codes, from: [x], saving: []) { gradient, _ in [gradient] }
  }

  private func quantized(
    _ values: Matrix<Float>, _ plan: CodePlan, _ name: String
  ) throws(TrainingError) -> StoredMatrix {
    do throws(QuantizationError) {
      return .codes(try plan.quantize(values, contracting: .columns, noise, execution))
    } catch {
      throw .quantization(tensor: name, error)
    }
  }
}
