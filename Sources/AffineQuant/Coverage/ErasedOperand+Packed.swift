extension ErasedOperand {
  /// This weight as a caller keeps it for `X · Wᵀ` with activations of a type: tiled where kernels read
  /// tiles, row by row where its codes become values before the product.
  package func packed(
    for activations: OperandType, _ execution: Execution = .standard
  ) -> ErasedOperand {
    guard case .quantized(let matrix) = self, type.isReadPacked(by: activations) else {
      return self
    }
    return .quantized(matrix.tiled(execution))
  }
}

extension OperandType {
  /// Whether `X · Wᵀ` with these activations reads such a weight packed.
  package func isReadPacked(by activations: OperandType) -> Bool {
    if case .quantized(let type) = self { type.liesInPanels } else { false }
  }
}
