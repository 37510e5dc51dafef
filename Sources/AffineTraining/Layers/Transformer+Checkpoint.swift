public import AffineQuant

extension Transformer {
  /// Takes the values of a model's parameters from a checkpoint, or from a file that has them by the same
  /// names; weights of linear layers are kept as a recipe says.
  ///
  /// - Throws: ``CheckpointError`` for a tensor that is missing or has another shape; ``TrainingError``
  ///   for one that cannot be quantized.
  public mutating func load(
    _ checkpoint: Checkpoint, recipe: Recipe, on execution: Execution = .standard
  ) throws {
    var loaded = self
    let prefix = checkpoint.tensors.keys.contains { $0.hasPrefix("model.") } ? "model." : ""
    for (index, parameter) in parameters.enumerated() {
      let name = prefix + parameter.name
      // A recipe's own steps are measured anew.
      if parameter.shape == Shape(1, 1), checkpoint.tensors[name] == nil { continue }
      let value = try checkpoint.tensor(name)
      guard value.shape == parameter.shape else {
        throw CheckpointError.wrongShape(
          tensor: name, expected: parameter.shape, found: value.shape)
      }
      loaded.parameters[index].value = .float32(value.floats(on: execution))
    }
    try loaded.keepWeights(as: recipe)
    self = loaded
  }

  /// The parameters, by name: what ``load(_:recipe:on:)`` takes; and the extents that no parameter tells.
  public var checkpoint: Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.set("transformer.heads", to: shape.heads)
    checkpoint.set("transformer.context", to: shape.context)
    for parameter in parameters { checkpoint.tensors[parameter.name] = parameter.value }
    return checkpoint
  }
}
