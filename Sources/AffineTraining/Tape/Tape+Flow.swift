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
