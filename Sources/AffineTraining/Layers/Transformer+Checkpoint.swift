internal import AffineLayers
public import AffineQuant

extension Transformer {
  /// Takes the values of a model's parameters from a checkpoint, or from a file that has them by the same
  /// names or by those that they had before layers were named as in Hugging Face's files; weights of linear
  /// layers are kept as a recipe says.
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
    let checkpoint = checkpoint.renamed(configuration)
    let isOfRun = checkpoint.tensors.keys.contains { $0.hasPrefix(Self.prefix) }
    let prefix = isOfRun ? Self.prefix : ""
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
      if parameter.isElsewhere { continue }
      loaded.parameters[index].value =
        loaded.hasAdapters ? value : .float32(value.floats(on: execution))
    }
    // Steps that another recipe learnt are numbers.
    let rest = checkpoint.tensors.filter {
      $0.key.hasPrefix(prefix) && !names.contains($0.key) && $0.value.shape != Shape(1, 1)
    }
    if let name = rest.keys.min() { throw CheckpointError.unexpectedTensor(name) }
    if !loaded.hasAdapters { try loaded.keepWeights(as: recipe, on: execution) }
    self = loaded
  }

  static let factorName = "adapters.factor"
  /// What stands before the names of parameters in the checkpoint of a run.
  static let prefix = "parameter."

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

  /// The parameters, by name: what ``load(_:recipe:on:)`` takes; adapters stay beside their weights. With
  /// them goes the configuration, so that ``CheckpointWeights`` makes a model of them.
  public var checkpoint: Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.metadata[CheckpointWeights.configurationName] = configuration.json
    for parameter in parameters { checkpoint.tensors[parameter.name] = parameter.value }
    if let adapters { checkpoint.set(Self.factorName, to: adapters.factor) }
    return checkpoint
  }
}

extension Checkpoint {
  /// The same with the names that layers have now.
  fileprivate func renamed(_ configuration: DecoderConfiguration) -> Checkpoint {
    let former = tensors.keys.contains("model.tokens.weight") ? "model." : ""
    guard tensors.keys.contains("\(former)tokens.weight") else { return self }
    var names: [String: String] = [:]
    for case .weight(let layer) in configuration.tensors {
      names[former + layer.formerName] = layer.name
    }
    var renamed = self
    renamed.tensors = [:]
    for (name, value) in tensors {
      let layer = names.first { name.hasPrefix("\($0.key).") }
      renamed.tensors[layer.map { $0.value + name.dropFirst($0.key.count) } ?? name] = value
    }
    return renamed
  }
}

extension DecoderLayer {
  /// The name in checkpoints of before.
  fileprivate var formerName: String {
    switch self {
    case .embedding: "tokens"
    case .positions: "positions"
    case .norm: "norm"
    case .head: "head"
    case .blockNorm(let block, let norm): "blocks.\(block).\(norm)Norm"
    case .linear(let block, let linear):
      switch linear {
      case .query, .key, .value, .output: "blocks.\(block).attention.\(linear)"
      case .gate, .up, .down: "blocks.\(block).feedForward.\(linear)"
      }
    }
  }
}
