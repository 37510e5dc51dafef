package import AffineQuant

extension DecoderModel {
  /// An encoder of parts that were read already, so that each may be in a form of its own.
  ///
  /// - Parameters:
  ///   - configuration: A valid one, of an encoder; offsets of norms are in their weights.
  ///   - embedding: The rows of tokens.
  ///   - positions: The rows of places.
  ///   - norm: Gives a norm.
  ///   - linear: Gives a linear layer.
  /// - Throws: What the last two throw.
  package init<Failure>(
    encoder configuration: DecoderConfiguration, embedding: LinearWeight,
    positions: Matrix<Float>?, norm: (DecoderLayer) throws(Failure) -> Norm,
    linear: (DecoderLayer) throws(Failure) -> Linear
  ) throws(Failure) {
    precondition(configuration.encoder != nil, "an encoder that is a decoder")
    let first = try norm(.norm)
    var blocks: [DecoderBlock] = []
    for block in configuration.blocks.indices {
      var norms = BlockNorms()
      var linears: [DecoderConfiguration.BlockLinear: Linear] = [:]
      for layer in configuration.blockLinears {
        linears[layer] = try linear(.linear(block: block, layer))
      }
      for place in configuration.blockNorms {
        norms[place] = try norm(.blockNorm(block: block, place))
      }
      norms.spreadHeads(configuration)
      func group(_ layers: [DecoderConfiguration.BlockLinear]) -> LinearGroup {
        LinearGroup(layers.compactMap { linears[$0] }, joiningFloats: true)
      }
      guard let output = linears[.output], let down = linears[.down] else {
        preconditionFailure("a block of \(linears.count) linear layers")
      }
      blocks.append(
        DecoderBlock(
          norms: norms, attention: group([.query, .key, .value]), output: output,
          feedForward: group(configuration.feedForwardInputs), down: down))
    }
    self.norm = first
    self.blocks = blocks
    self.configuration = configuration
    self.embedding = embedding
    self.positions = positions
    activations = .float32
    part = nil
    head = nil
  }

  /// What an encoder makes of whole sequences, a row a token, one sequence's after another's; `observe` sees
  /// the input of every linear layer.
  ///
  /// No sequence depends on the others, bit for bit.
  ///
  /// - Precondition: Tokens are in the vocabulary, and sequences neither empty nor longer than the context.
  /// - Throws: ``DecoderError``: an input that cannot be quantized; what `observe` throws.
  package func states(
    of sequences: [[Int]], on execution: Execution,
    observe: ((_ linear: String, _ input: Matrix<Float>) throws -> Void)? = nil
  ) throws -> Matrix<Float> {
    precondition(configuration.encoder != nil, "a decoder that is an encoder")
    var pass = CachePass(
      self, [], counts: sequences.map(\.count), .all, execution, observe: observe)
    return try pass.states(of: Array(sequences.joined()))
  }
}
