public import AffineLayers
public import AffineQuant

/// A decoder or an encoder whose parameters are trained.
///
/// Its linear layers follow a recipe; embeddings, norms, attention and the head compute in float32, with products in
/// the recipe's precision. The
/// moments of embeddings are kept in float32, because most rows have a gradient only now and then (Dettmers
/// et al., arXiv 2110.02861, section 2.3).
public struct Transformer: Sendable {
  /// What the decoder is.
  public let configuration: DecoderConfiguration
  /// What part of values dropout drops.
  public let dropout: Float
  /// Everything that is trained, in the order of the layers.
  public var parameters: [Parameter]
  /// Where a tensor lies among the parameters.
  let places: [DecoderTensor: Int]
  /// The layers that follow a recipe.
  let linears: [DecoderLayer: TrainedLinear]
  /// The same in their order.
  let linearLayers: [TrainedLinear]
  /// What tells the model that training starts from, as a digest of its file: a run is resumed from
  /// checkpoints of this model alone.
  public var origin: String?
  /// Trained changes of frozen weights.
  var adapters: LowRankAdapters?
  /// Which of several ranks keeps each parameter, where they were divided as they were made.
  var owners: ParameterOwners?

  /// A model with random parameters, kept as a recipe says.
  ///
  /// - Parameters:
  ///   - configuration: What the decoder is.
  ///   - dropout: What part of values dropout drops.
  ///   - recipe: How the weights of linear layers are kept.
  ///   - seed: Fixes the parameters; recipes of one seed start from the same values.
  ///   - parallel: Processes that train it together: where each keeps its part of the parameters alone, it makes no
  ///     others. A recipe whose steps are learned is measured with all of them, and divided by ``Trainer``.
  /// - Throws: ``TrainingError``: extents that no model has; a recipe that cannot be followed.
  public init(
    _ configuration: DecoderConfiguration, dropout: Float = 0, recipe: Recipe, seed: UInt64,
    with parallel: (any DataParallel)? = nil
  ) throws(TrainingError) {
    try Self.check(configuration, dropout)
    try recipe.check()
    var builder = ParameterBuilder(seed: seed, learnsSteps: recipe.learnsSteps, over: parallel)
    builder.add(configuration) { tensor, builder in builder.random(tensor, configuration) }
    self.init(configuration, dropout, builder)
    try keepWeights(as: recipe)
  }

  /// A model whose tensors are read, as they are there: to be trained on, or beside adapters.
  ///
  /// - Parameters:
  ///   - weights: Where the tensors come from.
  ///   - dropout: What part of values dropout drops.
  ///   - parallel: Processes that train it together: where each keeps its part of the parameters alone, it reads no
  ///     others.
  /// - Throws: ``TrainingError``, ``AffineLayers/DecoderError``, and what the file's reader throws.
  public init(
    _ weights: some DecoderWeights, dropout: Float = 0, with parallel: (any DataParallel)? = nil
  ) throws {
    try self.init(weights, dropout: dropout, learnsSteps: false, parallel)
  }

  private init(
    _ weights: some DecoderWeights, dropout: Float, learnsSteps: Bool,
    _ parallel: (any DataParallel)?
  ) throws {
    let configuration = weights.configuration
    try Self.check(configuration, dropout)
    var builder = ParameterBuilder(seed: 0, learnsSteps: learnsSteps, over: parallel)
    try builder.add(configuration) { tensor, _ in try weights.required(tensor) }
    self.init(configuration, dropout, builder)
    try addAdapters(of: weights)
  }

  /// A model whose tensors are read, all of them to be trained under a recipe.
  ///
  /// Blocks of files become the floats that they stand for, and weights of linear layers what the recipe keeps, or
  /// codes of a type, one tensor at a time: a base for adapters.
  ///
  /// - Parameters:
  ///   - weights: Where the tensors come from; adapters are added to what they change.
  ///   - dropout: What part of values dropout drops.
  ///   - recipe: How the weights of linear layers are kept.
  ///   - type: How they are kept instead, as QLoRA's `uint4-group64-nf4` (arXiv 2305.14314).
  ///   - execution: Threads and instruction sets.
  ///   - parallel: Processes that train it together, as above.
  /// - Throws: ``TrainingError``, ``AffineLayers/DecoderError``, and what the file's reader throws.
  public init(
    _ weights: some DecoderWeights, dropout: Float = 0, recipe: Recipe,
    linearsAs type: QuantizedType? = nil, on execution: Execution = .standard,
    with parallel: (any DataParallel)? = nil
  ) throws {
    try recipe.check()
    try self.init(
      ThawedWeights(weights: weights, linears: type, execution: execution), dropout: dropout,
      learnsSteps: recipe.learnsSteps, parallel)
    if type == nil { try keepWeights(as: recipe, on: execution) }
  }

  private init(
    _ configuration: DecoderConfiguration, _ dropout: Float, _ builder: ParameterBuilder
  ) {
    self.configuration = configuration
    self.dropout = dropout
    parameters = builder.parameters
    places = builder.places
    owners = builder.owners
    linearLayers = builder.linears
    linears = Dictionary(uniqueKeysWithValues: builder.linears.map { ($0.layer, $0) })
    for table in [DecoderTensor.weight(.embedding), .weight(.positions)] {
      if let place = places[table] { parameters[place].moments = .float32 }
    }
  }

  /// The places of the parameters that the layers of a block read.
  func parameters(ofBlock block: Int) -> [Int] {
    let norms = configuration.blockNorms.map { DecoderLayer.blockNorm(block: block, $0) }
    let tensors = norms.flatMap(configuration.parts).compactMap { places[$0] }
    return configuration.blockLinears.reduce(into: tensors) { found, layer in
      guard let linear = linears[.linear(block: block, layer)] else { return }
      let others = [linear.bias, linear.steps?.input, linear.steps?.weight]
      found += [linear.weight] + others.compactMap { $0 }
      if let adapter = adapters?.layers[linear.weight] { found += [adapter.a, adapter.b] }
    }
  }

  /// Leaves to other ranks what they keep.
  mutating func giveAway(_ owners: ParameterOwners) {
    self.owners = owners
    for index in parameters.indices where owners.isElsewhere(index) {
      parameters[index].giveAway()
    }
  }

  private static func check(
    _ configuration: DecoderConfiguration, _ dropout: Float
  ) throws(TrainingError) {
    do { try configuration.validate() } catch { throw .model("\(error)") }
    // Nothing that an address space of common size could not hold; extents are at most 2^24.
    var count = 0
    for tensor in configuration.tensors {
      count += configuration.shape(of: tensor).count
      guard count <= 1 << 32 else {
        throw .model("a model of these extents has more than \(1 << 32) parameters")
      }
    }
    guard dropout >= 0, dropout < 1 else {
      throw .model("a dropout of \(dropout) is not at least 0 and below 1")
    }
  }
}

/// A linear layer that follows a recipe, by the places of its parameters.
struct TrainedLinear: Sendable {
  let layer: DecoderLayer
  let weight: Int
  let bias: Int?
  /// The trained steps of inputs and weight, where a recipe may ask for them.
  let steps: (input: Int, weight: Int)?

  var name: String { layer.name }
}
