internal import AffineLayers
internal import AffineQuant

/// Makes the parameters of a model, in the order of its layers.
struct ParameterBuilder {
  private(set) var parameters: [Parameter]
  /// Where the tensors of a decoder lie.
  private(set) var places: [DecoderTensor: Int] = [:]
  /// The linear layers that follow a recipe.
  private(set) var linears: [TrainedLinear] = []
  private let seed: UInt64
  /// Whether linear layers get trained steps.
  let learnsSteps: Bool
  /// Where ranks divide the parameters: each makes its own alone.
  private(set) var owners: ParameterOwners?

  /// Starts from parameters that there are, or from none.
  init(
    seed: UInt64, learnsSteps: Bool, continuing parameters: [Parameter] = [],
    owners: ParameterOwners? = nil
  ) {
    self.parameters = parameters
    self.seed = seed
    self.learnsSteps = learnsSteps
    self.owners = owners
  }

  /// Starts from none; ranks that keep their part of the parameters alone divide them, unless steps have to be
  /// measured with all.
  init(seed: UInt64, learnsSteps: Bool, over parallel: (any DataParallel)?) {
    let divides = !learnsSteps && (parallel?.shardsWeights ?? false)
    self.init(
      seed: seed, learnsSteps: learnsSteps,
      owners: divides ? ParameterOwners(Shares(parallel)) : nil)
  }

  /// All tensors of a decoder, and the steps of its linear layers: 0, which are not measured yet.
  mutating func add<Failure>(
    _ configuration: DecoderConfiguration,
    _ value: (DecoderTensor, borrowing ParameterBuilder) throws(Failure) -> StoredMatrix
  ) throws(Failure) {
    // Of several the largest first, so that parts are even.
    let tensors = configuration.trainedLayers.flatMap(configuration.parts)
    owners?.add(tensors.map { configuration.shape(of: $0).count })
    for layer in configuration.trainedLayers {
      for tensor in configuration.parts(of: layer) {
        places[tensor] = parameters.count
        let shape = configuration.shape(of: tensor)
        _ = try add(tensor.name, shape) { builder throws(Failure) in try value(tensor, builder) }
      }
      guard case .linear = layer, let weight = places[.weight(layer)] else { continue }
      let steps =
        learnsSteps
        ? (
          input: add("\(layer.name).inputStep", Shape(1, 1), of: 0),
          weight: add("\(layer.name).weightStep", Shape(1, 1), of: 0)
        ) : nil
      linears.append(
        TrainedLinear(layer: layer, weight: weight, bias: places[.bias(layer)], steps: steps))
    }
  }

  /// The next parameter as training starts: weights with the deviation of PyTorch's linear layers, tables
  /// with a small one as in GPT-2, so that a tied head starts from even odds, and norms that change nothing.
  func random(_ tensor: DecoderTensor, _ configuration: DecoderConfiguration) -> StoredMatrix {
    let shape = configuration.shape(of: tensor)
    switch tensor {
    case .weight(.embedding), .weight(.positions), .weight(.head):
      return .float32(normal(shape, deviation: 0.02))
    case .weight(.linear):
      return .float32(normal(shape, deviation: (1 / (3 * Float(shape.columns))).squareRoot()))
    case .weight(.norm), .weight(.blockNorm):
      let one = 1 - configuration.normOffset
      return .float32(Matrix(rows: 1, columns: shape.columns) { _, _ in one })
    case .bias:
      return .float32(Matrix(rows: 1, columns: shape.columns) { _, _ in 0 })
    }
  }

  /// A matrix of normal numbers with a standard deviation.
  mutating func add(_ name: String, _ shape: Shape, deviation: Float) -> Int {
    add(name, shape) { .float32($0.normal(shape, deviation: deviation)) }
  }

  private func normal(_ shape: Shape, deviation: Float) -> Matrix<Float> {
    var random = NormalNumbers(seed: seed, stream: parameters.count)
    return Matrix(rows: shape.rows, columns: shape.columns) { _, _ in deviation * random.next() }
  }

  /// A matrix of one number.
  mutating func add(_ name: String, _ shape: Shape, of value: Float) -> Int {
    add(name, shape) { _ in
      .float32(Matrix(rows: shape.rows, columns: shape.columns) { _, _ in value })
    }
  }

  /// What is made, unless another rank keeps it.
  private mutating func add<Failure>(
    _ name: String, _ shape: Shape,
    _ value: (borrowing ParameterBuilder) throws(Failure) -> StoredMatrix
  ) throws(Failure) -> Int {
    let place = parameters.count
    if owners?.owners.count == place { owners?.add([shape.count]) }
    if owners?.isElsewhere(place) ?? false {
      parameters.append(Parameter(name, elsewhere: shape))
    } else {
      parameters.append(Parameter(name, try value(self)))
    }
    return place
  }
}

extension DecoderConfiguration {
  /// The layers in the order in which their random numbers are drawn.
  fileprivate var trainedLayers: [DecoderLayer] {
    var layers: [DecoderLayer] = learnsPositions ? [.embedding, .positions] : [.embedding]
    for block in blocks.indices {
      let norm = { DecoderLayer.blockNorm(block: block, $0) }
      let linear = { DecoderLayer.linear(block: block, $0) }
      layers += [norm(.attention)] + [.query, .key, .value, .output].map(linear)
      if normalizesHeads { layers += [norm(.query), norm(.key)] }
      if normalizesOutputs { layers.append(norm(.attentionOutput)) }
      layers += [norm(.feedForward)] + feedForwardInputs.reversed().map(linear) + [linear(.down)]
      if normalizesOutputs { layers.append(norm(.feedForwardOutput)) }
    }
    return layers + (isTied ? [.norm] : [.norm, .head])
  }
}

/// Normal numbers by Marsaglia's polar method, from a counter.
private struct NormalNumbers {
  private let seed: UInt64
  private let stream: UInt64
  private var counter = 0
  private var spare: Float?

  init(seed: UInt64, stream: Int) {
    self.seed = seed
    self.stream = UInt64(stream)
  }

  private mutating func uniform() -> Double {
    defer { counter += 1 }
    return 2 * Rounding.draw(seed: seed, step: stream, index: counter) - 1
  }

  mutating func next() -> Float {
    if let spare {
      self.spare = nil
      return spare
    }
    while true {
      let (x, y) = (uniform(), uniform())
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      let factor = (-2 * FloatFunctions.logarithm(square) / square).squareRoot()
      spare = Float(y * factor)
      return Float(x * factor)
    }
  }
}
