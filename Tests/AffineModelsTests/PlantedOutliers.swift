import AffineLayers
import AffineModels
import AffineQuant

extension QuantizableModel {
  /// The same function with inputs of linear layers that have outlier features, as large models do:
  /// what norms write is multiplied there, and the weights that read it are divided.
  ///
  /// With a power of two as the factor every float result stays the same, bit for bit.
  func withPlantedOutliers(features: [Int], factor: Float) throws -> Self {
    var model = self
    for group in normGroups {
      guard let width = group.linears.first.map({ model[linear: $0].weight.shape.columns }) else {
        continue
      }
      let factors = Matrix<Float>(rows: 1, columns: width) {
        features.contains($1) ? 1 / factor : 1
      }
      model.divideNorm(group.norm, by: factors)
      for name in group.linears {
        let weight = model[linear: name].weight.values
        model[linear: name].weight = .float(
          Matrix(rows: weight.shape.rows, columns: width) { weight[$0, $1] * factors[0, $1] })
      }
    }
    return model
  }
}
