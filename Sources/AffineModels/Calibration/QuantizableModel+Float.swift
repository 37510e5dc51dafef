internal import AffineLayers
public import AffineQuant

extension QuantizableModel {
  /// Bytes that the weights of all linear layers take in a file.
  public var linearByteCount: Int {
    linearNames.reduce(0) { $0 + self[linear: $1].weight.byteCount }
  }

  /// Makes floats of all linear layers' weights, with what multiplied their inputs.
  public mutating func makeLinearsFloat(on execution: Execution = .standard) {
    for name in linearNames {
      let layer = self[linear: name]
      self[linear: name].weight = .float(layer.effectiveWeight(on: execution))
      self[linear: name].inputFactors = nil
    }
  }
}
