extension CoverageCell {
  /// Whether the product sums whole numbers, so that its weight is kept tiled.
  package var isIntegerProduct: Bool {
    operation.isProduct && AffineQuant.isIntegerProduct(activations, .quantized(weights))
  }
}
