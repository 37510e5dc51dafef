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

  /// Starts from parameters that there are, or from none.
  init(seed: UInt64, learnsSteps: Bool, continuing parameters: [Parameter] = []) {
    self.parameters = parameters
    self.seed = seed
    self.learnsSteps = learnsSteps
  }

  /// All tensors of a decoder, and the steps of its linear layers: 0, which are not measured yet.
  mutating func add<Failure>(
    _ configuration: DecoderConfiguration,
    _ value: (DecoderTensor, borrowing ParameterBuilder) throws(Failure) -> StoredMatrix
  ) throws(Failure) {
    for layer in configuration.trainedLayers {
      let parts = configuration.parts(of: layer)
      for tensor in parts {
        places[tensor] = parameters.count
        parameters.append(Parameter(tensor.name, try value(tensor, self)))
      }
      guard case .linear = layer, let weight = places[.weight(layer)] else { continue }
      let steps =
        learnsSteps
        ? (
          input: add("\(layer.name).inputStep", columns: 1, of: 0),
          weight: add("\(layer.name).weightStep", columns: 1, of: 0)
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
    add(name, normal(shape, deviation: deviation))
  }

  private func normal(_ shape: Shape, deviation: Float) -> Matrix<Float> {
    var random = NormalNumbers(seed: seed, stream: parameters.count)
    return Matrix(rows: shape.rows, columns: shape.columns) { _, _ in deviation * random.next() }
  }

  /// A given matrix.
  mutating func add(_ name: String, _ matrix: Matrix<Float>) -> Int {
    parameters.append(Parameter(name, .float32(matrix)))
    return parameters.count - 1
  }

  /// A row of one number.
  mutating func add(_ name: String, columns: Int, of value: Float) -> Int {
    add(name, Matrix(rows: 1, columns: columns) { _, _ in value })
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
