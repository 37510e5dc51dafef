import AffineLayers
import AffineModels
import AffineQuant

extension QuantizableModel {
  /// Rounds the weight of every linear layer to the nearest codes.
  mutating func quantizeLinears(as type: QuantizedType, inputs: QuantizedType? = nil) throws {
    for name in linearNames {
      let codes = try AnyQuantized(quantizing: self[linear: name].weight.values, as: type)
      self[linear: name].weight = .quantized(PackedWeight(codes, inputs: inputs))
    }
  }
}
