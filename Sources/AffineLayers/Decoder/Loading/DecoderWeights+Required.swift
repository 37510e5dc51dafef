package import AffineQuant

extension DecoderWeights {
  /// A tensor that must be there, of a shape: the configuration's, if nobody says another.
  ///
  /// - Throws: ``DecoderError/missingTensor(_:)``, ``DecoderError/wrongShape(_:expected:found:)``; what the file's
  ///   reader throws.
  package func required(
    _ tensor: DecoderTensor, _ shape: Shape? = nil
  ) throws -> StoredMatrix {
    guard let stored = try self.tensor(tensor) else {
      throw DecoderError.missingTensor(name(of: tensor))
    }
    let shape = shape ?? configuration.shape(of: tensor)
    guard stored.shape == shape else {
      throw DecoderError.wrongShape(name(of: tensor), expected: shape, found: stored.shape)
    }
    return stored
  }
}
