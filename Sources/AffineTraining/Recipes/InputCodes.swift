internal import AffineLayers
internal import AffineQuant

/// The codes of the inputs that were quantized last: layers side by side read the same ones.
final class InputCodes {
  /// Codes for a product, and those for the weight's gradient where they were made with them.
  struct Made {
    var codes: ErasedOperand
    var forWeightGradient: ErasedOperand?
  }

  /// What codes were made of, and to what end.
  private struct Use: Equatable {
    let address: UInt
    let shape: Shape
    let plan: CodePlan
    let axis: ContractedAxis
    let planOfWeightGradient: CodePlan?
  }

  private var use: Use?
  /// The memory is kept, so that no other matrix has its address.
  private var source: StoredMatrix?
  private var made: Made?

  /// The codes of the last call if it was for the same memory and to the same end, else new ones.
  ///
  /// Codes that are rounded at random are made anew every time.
  func codes(
    of matrix: StoredMatrix, _ plan: CodePlan, _ axis: ContractedAxis, and other: CodePlan? = nil,
    _ make: () throws(QuantizationError) -> Made
  ) throws(QuantizationError) -> Made {
    guard plan.rounding == .nearest else { return try make() }
    let use = Use(
      address: matrix.address, shape: matrix.shape, plan: plan, axis: axis,
      planOfWeightGradient: other)
    if let made, use == self.use { return made }
    let made = try make()
    (self.use, source, self.made) = (use, matrix, made)
    return made
  }
}
