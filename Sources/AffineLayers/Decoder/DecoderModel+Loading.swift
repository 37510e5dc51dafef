public import AffineQuant

extension DecoderModel {
  /// Reads a model, a tensor at a time, so that little more memory is taken than the model needs.
  ///
  /// - Parameters:
  ///   - weights: Where the tensors come from.
  ///   - activations: What the inputs of layers in codes are quantized to.
  ///   - execution: Threads and instruction sets.
  /// - Throws: ``DecoderError``, and what the file's reader throws.
  public init(
    _ weights: some DecoderWeights, activations: ActivationFormat = .int8Groups,
    on execution: Execution = .standard
  ) throws {
    var configuration = weights.configuration
    try configuration.validate()
    var reader = DecoderReader(weights, activations, execution)
    // The largest tensor comes first, while nothing else takes memory.
    embedding = try reader.weight(.embedding)
    positions = configuration.learnsPositions ? try reader.floats(.weight(.positions)) : nil
    reader.finishPart()
    head = configuration.isTied ? nil : try reader.linear(.head)
    reader.finishPart()
    norm = try reader.norm(.norm)
    blocks = []
    for block in configuration.blocks.indices { blocks.append(try reader.block(block)) }
    configuration.normOffset = 0
    self.configuration = configuration
    self.activations = activations
  }
}

/// Reads the parts of a model.
private struct DecoderReader<Weights: DecoderWeights> {
  private let weights: Weights
  private let configuration: DecoderConfiguration
  private let activations: ActivationFormat
  private let execution: Execution
  private var read: [DecoderTensor] = []

  init(_ weights: Weights, _ activations: ActivationFormat, _ execution: Execution) {
    self.weights = weights
    self.activations = activations
    self.execution = execution
    configuration = weights.configuration
  }

  /// Gives back the memory in which tensors were read and converted.
  mutating func finishPart() {
    for tensor in read { weights.forget(tensor) }
    read = []
    SpareMemory.giveBack()
  }

  mutating func block(_ index: Int) throws -> DecoderBlock {
    var norms = BlockNorms()
    for place in configuration.blockNorms {
      norms[place] = try norm(.blockNorm(block: index, place))
    }
    norms.spreadHeads(configuration)
    let block = DecoderBlock(
      norms: norms, attention: try group(index, [.query, .key, .value]),
      output: try linear(.linear(block: index, .output)),
      feedForward: try group(index, configuration.feedForwardInputs),
      down: try linear(.linear(block: index, .down)))
    finishPart()
    return block
  }

  mutating func norm(_ layer: DecoderLayer) throws -> Norm {
    let weight = try floats(.weight(layer))
    let (offset, isOfHeads) = (configuration.normOffset, !layer.isOfWholeRows)
    return Norm(
      kind: isOfHeads ? .rms : configuration.norm, epsilon: configuration.normEpsilon,
      weight: offset == 0
        ? weight
        : Matrix(rows: 1, columns: weight.shape.columns) { weight[$0, $1] + offset },
      bias: try bias(layer))
  }

  mutating func weight(_ layer: DecoderLayer) throws -> LinearWeight {
    if let weight = try weightOfStrips(.weight(layer)) { return weight }
    return try activations.weight(try stored(.weight(layer)), on: execution)
  }

  /// Rows of a large matrix that are read at once: whole panels of every kernel.
  private static var strip: Int { 4096 }

  /// A large matrix of codes, so that it is in memory once and not beside what it is packed from.
  private func weightOfStrips(_ tensor: DecoderTensor) throws -> LinearWeight? {
    let rows = configuration.shape(of: tensor).rows
    guard rows > 2 * Self.strip else { return nil }
    return try activations.weight(rows: rows, strip: Self.strip, on: execution) {
      try weights.codes(of: tensor, rows: $0)
    }
  }

  mutating func linear(_ layer: DecoderLayer) throws -> Linear {
    try Linear(try weight(layer), bias: try bias(layer), change: try weights.change(of: layer))
  }

  /// Values, copied: they are used for as long as the model, and their page of the file is not.
  mutating func floats(_ tensor: DecoderTensor) throws -> Matrix<Float> {
    let values = try stored(tensor).floats(on: execution)
    return try Matrix(values.shape, values.values.array)
  }

  /// The bias of a layer that has one.
  private mutating func bias(_ layer: DecoderLayer) throws -> Matrix<Float>? {
    configuration.hasBias(layer) ? try floats(.bias(layer)) : nil
  }

  private mutating func group(
    _ block: Int, _ linears: [DecoderConfiguration.BlockLinear]
  ) throws -> LinearGroup {
    let layers = linears.map { DecoderLayer.linear(block: block, $0) }
    var (tensors, biases): ([StoredMatrix], [Matrix<Float>?]) = ([], [])
    for layer in layers {
      tensors.append(try stored(.weight(layer)))
      biases.append(try bias(layer))
    }
    let group = try LinearGroup(
      consume tensors, biases, layers.map(weights.change), activations, on: execution)
    finishPart()
    return group
  }

  private mutating func stored(_ tensor: DecoderTensor) throws -> StoredMatrix {
    guard let stored = try weights.tensor(tensor) else {
      throw DecoderError.missingTensor(weights.name(of: tensor))
    }
    let shape = configuration.shape(of: tensor)
    guard stored.shape == shape else {
      throw DecoderError.wrongShape(
        weights.name(of: tensor), expected: shape, found: stored.shape)
    }
    // Codes are copied; floats may lie in the file still.
    if case .codes = stored { weights.forget(tensor) } else { read.append(tensor) }
    return stored
  }
}

extension DecoderLayer {
  /// Whether a norm is that of whole rows of the residual stream.
  fileprivate var isOfWholeRows: Bool {
    switch self {
    case .blockNorm(_, .query), .blockNorm(_, .key): false
    default: true
    }
  }
}
