internal import AffineLayers
internal import AffineQuant

extension DecoderWeights {
  /// What a tensor is with the change that adapters make, as floats.
  ///
  /// - Throws: ``AffineLayers/DecoderError``: one that is missing or of another shape; what the weights throw.
  func changedValues(of tensor: DecoderTensor, _ shape: Shape) throws -> Matrix<Float> {
    let values = try required(tensor, shape).floats()
    guard case .weight(.linear) = tensor, let change = try change(of: tensor.layer) else {
      return values
    }
    return Elementwise.add(values, change.values(), on: .standard)
  }
}
