internal import AffineLayers
public import AffineQuant

extension Transformer {
  /// Takes the values of a model's parameters from a checkpoint, or from a file that has them by the same
  /// names; weights of linear layers are kept as a recipe says.
  ///
  /// A file with adapters gives a model with adapters beside frozen weights, which are kept as they are in
  /// the file.
  ///
  /// - Throws: ``CheckpointError`` for a tensor that is missing, is not one of the model or has another
  ///   shape; ``TrainingError`` for one that cannot be quantized.
  public mutating func load(
    _ checkpoint: Checkpoint, recipe: Recipe, on execution: Execution = .standard
  ) throws {
    var loaded = self
    let prefix = checkpoint.tensors.keys.contains { $0.hasPrefix("model.") } ? "model." : ""
    try loaded.addAdapters(of: checkpoint, prefix)
    var names: Set<String> = []
    for (index, parameter) in loaded.parameters.enumerated() {
      let name = prefix + parameter.name
      names.insert(name)
      // A recipe's own steps are measured anew.
      if parameter.shape == Shape(1, 1), checkpoint.tensors[name] == nil { continue }
      let value = try checkpoint.tensor(name)
      guard value.shape == parameter.shape else {
        throw CheckpointError.wrongShape(
          tensor: name, expected: parameter.shape, found: value.shape)
      }
      loaded.parameters[index].value =
        loaded.hasAdapters ? value : .float32(value.floats(on: execution))
    }
    // Steps that another recipe learnt are numbers.
    let rest = checkpoint.tensors.filter {
      $0.key.hasPrefix(prefix) && !names.contains($0.key) && $0.value.shape != Shape(1, 1)
    }
    if let name = rest.keys.min() { throw CheckpointError.unexpectedTensor(name) }
    if !loaded.hasAdapters { try loaded.keepWeights(as: recipe) }
    self = loaded
  }

  static let factorName = "adapters.factor"

  private mutating func addAdapters(of checkpoint: Checkpoint, _ prefix: String) throws {
    guard !hasAdapters, checkpoint.metadata[Self.factorName] != nil else { return }
    let factor = try checkpoint.float(Self.factorName)
    guard factor.isFinite, factor != 0, let layer = linearLayers.first else {
      throw CheckpointError.wrongText(
        name: Self.factorName, expected: "a factor of adapters", found: "\(factor)")
    }
    let rank = try checkpoint.tensor("\(prefix)\(layer.name).lora.a").shape.rows
    // What they hold is overwritten; a rank that no other layer has is found there.
    guard (1...parameters[layer.weight].shape.count).contains(rank) else {
      throw CheckpointError.missingTensor("\(prefix)\(layer.name).lora.a")
    }
    addAdapters(rank: rank, factor: factor, seed: 0)
  }

  /// The parameters, by name: what ``load(_:recipe:on:)`` takes; adapters stay beside their weights, and the
  /// extents that no parameter tells.
  public var checkpoint: Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.set("transformer.heads", to: shape.heads)
    checkpoint.set("transformer.context", to: shape.context)
    for parameter in parameters { checkpoint.tensors[parameter.name] = parameter.value }
    if let adapters { checkpoint.set(Self.factorName, to: adapters.factor) }
    return checkpoint
  }
}
