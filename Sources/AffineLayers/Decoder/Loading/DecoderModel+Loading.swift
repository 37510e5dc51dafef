public import AffineQuant

extension DecoderModel {
  /// Reads a model, a tensor at a time, so that little more memory is taken than the model needs.
  ///
  /// - Parameters:
  ///   - weights: Where the tensors come from.
  ///   - activations: What the inputs of layers in codes are quantized to.
  ///   - execution: Threads and instruction sets.
  ///   - parallel: Processes that run the decoder together, all of which call this: each keeps its rows of
  ///     every weight alone, and computes the same bits as one rank that has all.
  /// - Throws: ``DecoderError``, and what the file's reader throws.
  public init(
    _ weights: some DecoderWeights, activations: ActivationFormat = .int8Groups,
    on execution: Execution = .standard, over parallel: (any TensorParallel)? = nil
  ) throws {
    var configuration = weights.configuration
    try configuration.validate()
    let part: DecoderPart?
    if let parallel, parallel.size > 1 {
      part = try DecoderPart(of: configuration, parallel)
    } else {
      part = nil
    }
    self.part = part
    var reader = DecoderReader(weights, activations, part, execution)
    // The largest tensor comes first, while nothing else takes memory.
    embedding = try reader.weight(.embedding)
    positions = configuration.learnsPositions ? try reader.floats(.weight(.positions)) : nil
    reader.finishPart()
    head = configuration.isTied ? nil : try reader.linear(.head)
    reader.finishPart()
    norm = try reader.norm(.norm)
    blocks = []
    for block in configuration.blocks.indices { blocks.append(try reader.block(block)) }
    try part?.compare(reader.digest)
    configuration.normOffset = 0
    self.configuration = part?.configuration(configuration) ?? configuration
    self.activations = activations
  }
}
