public import AffineLayers
internal import AffineQuant

extension Transformer: DecoderWeights {
  /// A parameter as it is now, of the shape that ``AffineLayers/DecoderConfiguration/shape(of:)`` names;
  /// `nil`: there is none.
  public func tensor(_ tensor: DecoderTensor) -> StoredMatrix? {
    places[tensor].map { parameters[$0].value }
  }

  public func change(of layer: DecoderLayer) throws -> LowRankChange? {
    guard let place = places[.weight(layer)] else { return nil }
    return try adapters?.layers[place]?.change(parameters)
  }

  /// Adds the adapters that weights have, as they are there.
  mutating func addAdapters(of weights: some DecoderWeights) throws {
    let changes = try linearLayers.map { try weights.change(of: $0.layer) }
    guard let first = changes.compactMap(\.self).first else { return }
    addAdapters(rank: first.a.shape.rows, factor: first.factor, seed: 0)
    for (linear, change) in zip(linearLayers, changes) {
      guard let change, let adapter = adapters?.layers[linear.weight],
        change.factor == first.factor, change.a.shape == parameters[adapter.a].shape,
        change.b.shape == parameters[adapter.b].shape
      else {
        throw TrainingError.model("the adapter of '\(linear.name)' is not as those of other layers")
      }
      for (place, value) in [(adapter.a, change.a), (adapter.b, change.b)]
      where !parameters[place].isElsewhere {
        parameters[place].value = .float32(value)
      }
    }
  }
}
