public import AffineLayers
internal import AffineQuant

extension Transformer: DecoderWeights {
  /// A parameter as a model that runs has it: the change of an adapter is added to its weight, which is
  /// float32 then.
  ///
  /// - Throws: ``TrainingError``: an adapter that does not fit its weight.
  public func tensor(_ tensor: DecoderTensor) throws -> StoredMatrix? {
    guard let place = places[tensor] else { return nil }
    guard let adapter = adapters?.layers[place] else { return parameters[place].value }
    return try changed(parameters[place], adapter, false, .standard)
  }
}
