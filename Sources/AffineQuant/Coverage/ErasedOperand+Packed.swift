extension ErasedOperand {
  /// This weight as a caller keeps it for `X · Wᵀ` with activations of a type: tiled where the
  /// product sums whole numbers, row by row where its codes become values as they are read.
  package func packed(
    for activations: OperandType, _ execution: Execution = .standard
  ) -> ErasedOperand {
    guard case .quantized(let matrix) = self, isIntegerProduct(activations, type) else {
      return self
    }
    return .quantized(matrix.tiled(execution))
  }
}
