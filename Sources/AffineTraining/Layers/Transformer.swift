internal import AffineQuant

/// A decoder-only transformer: token and position embeddings, blocks, a norm and a head.
///
/// Its linear layers follow a recipe; embeddings, norms, attention and the head compute in float32. The
/// moments of embeddings are kept in float32, because most rows have a gradient only now and then (Dettmers
/// et al., arXiv 2110.02861, section 2.3).
public struct Transformer: Sendable {
  /// The extents and choices.
  public let shape: TransformerShape
  /// Everything that is trained, in the order of the layers.
  public var parameters: [Parameter]
  private let tokens: Int
  private let positions: Int?
  private let blocks: [TransformerBlock]
  private let norm: NormLayer
  private let head: Int
  /// The weights of the layers that follow a recipe.
  let linearLayers: [LinearLayer]
  /// Trained changes of frozen weights.
  var adapters: LowRankAdapters?

  /// A model with random parameters, kept as a recipe says.
  ///
  /// - Parameters:
  ///   - shape: The extents and choices.
  ///   - recipe: How the weights of linear layers are kept.
  ///   - seed: Fixes the parameters; recipes of one seed start from the same values.
  /// - Throws: ``TrainingError``: extents that no model has; a recipe that cannot be followed.
  public init(_ shape: TransformerShape, recipe: Recipe, seed: UInt64) throws(TrainingError) {
    try shape.validate()
    try recipe.check()
    self.shape = shape
    var builder = ParameterBuilder(seed: seed, learnsSteps: recipe.learnsSteps)
    // Small, as in GPT-2: a tied head then starts from even odds.
    let small: Float = 0.02
    tokens = builder.add(
      "tokens.weight", Shape(shape.vocabulary, shape.width), deviation: small)
    positions =
      shape.positions == .learned
      ? builder.add("positions.weight", Shape(shape.context, shape.width), deviation: small) : nil
    var blocks: [TransformerBlock] = []
    for index in 0..<shape.layers {
      blocks.append(TransformerBlock("blocks.\(index)", shape, to: &builder))
    }
    self.blocks = blocks
    norm = NormLayer("norm", shape, flows: false, to: &builder)
    head =
      shape.isTied
      ? tokens
      : builder.add("head.weight", Shape(shape.vocabulary, shape.width), deviation: small)
    parameters = builder.parameters
    for embedding in [tokens, positions].compactMap({ $0 }) {
      parameters[embedding].moments = .float32
    }
    linearLayers = blocks.flatMap(\.linearLayers)
    try keepWeights(as: recipe)
  }

  /// The mean negative log-likelihood of targets.
  ///
  /// - Parameters:
  ///   - inputs: Tokens of whole sequences, one after another.
  ///   - targets: The token after each; −1 does not count.
  ///   - sequence: Tokens of a sequence, at most ``TransformerShape/context``.
  ///   - recipe: What linear layers follow.
  ///   - tape: Where everything is recorded.
  /// - Returns: The mean, and where its gradient starts and ends.
  /// - Throws: ``TrainingError``: tokens that there are not, sequences that are too long, values that are
  ///   not finite.
  public func loss(
    _ inputs: [Int], targets: [Int], sequence: Int, recipe: Recipe, on tape: Tape
  ) throws(TrainingError) -> TransformerLoss {
    try check(inputs, targets, sequence)
    let variables = parameters.map { $0.isFrozen ? Variable($0.value) : tape.input($0.value) }
    let pass = ForwardPass(
      tape: tape, variables: variables, recipe: recipe,
      adapters: adapters?.layers ?? [:])
    var x = try tape.embedding(pass[tokens], inputs)
    if let positions {
      x = try tape.add(x, try tape.embedding(pass[positions], inputs.indices.map { $0 % sequence }))
    }
    for block in blocks { x = try block(x, sequence: sequence, pass) }
    let logits = try tape.linear(try norm(x, pass), pass[head], name: "head")
    let loss = try tape.crossEntropy(logits, targets: targets)
    return TransformerLoss(mean: loss.mean, root: loss.variable, parameters: variables)
  }

  private func check(_ inputs: [Int], _ targets: [Int], _ sequence: Int) throws(TrainingError) {
    guard sequence >= 1, sequence <= shape.context, inputs.count.isMultiple(of: sequence),
      inputs.count == targets.count, !inputs.isEmpty
    else {
      throw .model(
        "\(inputs.count) tokens and \(targets.count) targets are not whole sequences of \(sequence), "
          + "at most \(shape.context)")
    }
    for token in inputs where token < 0 || token >= shape.vocabulary {
      throw .model("token \(token) is outside a vocabulary of \(shape.vocabulary)")
    }
    for token in targets where token < -1 || token >= shape.vocabulary {
      throw .model("target \(token) is outside a vocabulary of \(shape.vocabulary)")
    }
  }
}

/// A loss, and where its gradient starts and ends.
public struct TransformerLoss {
  /// Nats a token.
  public let mean: Double
  let root: Variable
  let parameters: [Variable]
}
