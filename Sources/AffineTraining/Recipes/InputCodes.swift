internal import AffineLayers
internal import AffineQuant

/// The codes of the inputs that were quantized last: layers side by side read the same ones.
final class InputCodes {
  private var source: StoredMatrix?
  private var plan: CodePlan?
  private var axis: ContractedAxis?
  private var codes: ErasedOperand?

  /// The codes of the last call if it was for the same memory and to the same end, else new ones.
  ///
  /// Codes that are rounded at random are made anew every time.
  func codes(
    of matrix: StoredMatrix, _ plan: CodePlan, _ axis: ContractedAxis,
    _ make: () throws(QuantizationError) -> ErasedOperand
  ) throws(QuantizationError) -> ErasedOperand {
    guard plan.rounding == .nearest else { return try make() }
    if let codes, let source, source.address == matrix.address, source.shape == matrix.shape,
      plan == self.plan, axis == self.axis
    {
      return codes
    }
    let made = try make()
    // The memory is kept, so that no other matrix has its address.
    (source, self.plan, self.axis, codes) = (matrix, plan, axis, made)
    return made
  }
}
