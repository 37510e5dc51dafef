public import AffineQuant

extension LlamaModel {
  /// Reads a model, a tensor at a time, so that little more memory is taken than the model needs.
  ///
  /// - Parameters:
  ///   - weights: Where the tensors come from.
  ///   - activations: What the inputs of layers in codes are quantized to.
  ///   - execution: Threads and instruction sets.
  /// - Throws: ``LlamaError``, and what the file's reader throws.
  public init(
    _ weights: some LlamaWeights, activations: ActivationFormat = .int8Groups,
    on execution: Execution = .standard
  ) throws {
    configuration = weights.configuration
    self.activations = activations
    try configuration.validate()
    var reader = LlamaReader(weights, activations, execution)
    // The largest tensor comes first, while nothing else takes memory.
    embedding = try reader.linear(
      .embedding, Shape(configuration.vocabulary, configuration.width))
    reader.finishPart()
    head = try reader.head()
    norm = try reader.row(.norm)
    layers = []
    for layer in 0..<configuration.layers { layers.append(try reader.layer(layer)) }
  }
}

/// Reads the parts of a model.
private struct LlamaReader<Weights: LlamaWeights> {
  private let weights: Weights
  private let activations: ActivationFormat
  private let execution: Execution
  private var read: [LlamaTensor] = []

  init(_ weights: Weights, _ activations: ActivationFormat, _ execution: Execution) {
    self.weights = weights
    self.activations = activations
    self.execution = execution
  }

  /// Gives back the memory in which tensors were read and converted.
  mutating func finishPart() {
    for tensor in read { weights.forget(tensor) }
    read = []
    SpareMemory.giveBack()
  }

  mutating func layer(_ index: Int) throws -> LlamaLayer {
    let layer = LlamaLayer(
      attentionNorm: try row(.layerNorm(layer: index, .attention)),
      feedForwardNorm: try row(.layerNorm(layer: index, .feedForward)),
      attention: try group(index, [.query, .key, .value]),
      output: try linear(index, .output),
      feedForward: try group(index, [.gate, .up]), down: try linear(index, .down))
    finishPart()
    return layer
  }

  /// A weight of a norm, copied: it is used for as long as the model, and its page of the file is not.
  mutating func row(_ tensor: LlamaTensor) throws -> Matrix<Float> {
    try row(tensor, weights.configuration.width)
  }

  private mutating func row(_ tensor: LlamaTensor, _ columns: Int) throws -> Matrix<Float> {
    let values = try stored(tensor, Shape(1, columns)).values
    return try Matrix(values.shape, values.values.array)
  }

  /// The bias of a layer that has one.
  private mutating func bias(_ layer: Int, _ linear: LlamaLinear) throws -> Matrix<Float>? {
    let tensor = LlamaTensor.bias(layer: layer, linear)
    guard weights.has(tensor) else { return nil }
    return try row(tensor, shape(linear).rows)
  }

  mutating func linear(_ tensor: LlamaTensor, _ shape: Shape) throws -> LinearWeight {
    try activations.weight(try stored(tensor, shape), on: execution)
  }

  /// What makes logits, if it is not the embedding.
  mutating func head() throws -> Linear? {
    guard weights.has(.head) else { return nil }
    let (vocabulary, width) = (weights.configuration.vocabulary, weights.configuration.width)
    let head = Linear(weight: try linear(.head, Shape(vocabulary, width)))
    finishPart()
    return head
  }

  private mutating func linear(_ layer: Int, _ linear: LlamaLinear) throws -> Linear {
    try Linear(
      try self.linear(.linear(layer: layer, linear), shape(linear)), bias: bias(layer, linear))
  }

  private mutating func group(_ layer: Int, _ linears: [LlamaLinear]) throws -> LinearGroup {
    var (tensors, biases): ([StoredTensor], [Matrix<Float>?]) = ([], [])
    for linear in linears {
      tensors.append(try stored(.linear(layer: layer, linear), shape(linear)))
      biases.append(try bias(layer, linear))
    }
    let group = try LinearGroup(consume tensors, biases, activations, on: execution)
    finishPart()
    return group
  }

  private func shape(_ linear: LlamaLinear) -> Shape {
    let (rows, columns) = linear.shape(weights.configuration)
    return Shape(rows, columns)
  }

  private mutating func stored(_ tensor: LlamaTensor, _ shape: Shape) throws -> StoredTensor {
    guard let stored = try weights.tensor(tensor) else {
      throw LlamaError.missingTensor(weights.name(of: tensor))
    }
    guard stored.shape == shape else {
      throw LlamaError.wrongShape(
        weights.name(of: tensor), expected: shape, found: stored.shape)
    }
    // Codes are copied; floats may lie in the file still.
    if case .quantized = stored { weights.forget(tensor) } else { read.append(tensor) }
    return stored
  }
}
