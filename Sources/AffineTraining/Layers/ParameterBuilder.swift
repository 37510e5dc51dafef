internal import AffineLayers
internal import AffineQuant

/// Makes the parameters of a model, in the order of its layers.
struct ParameterBuilder {
  private(set) var parameters: [Parameter]
  private let seed: UInt64
  /// Whether linear layers get trained steps.
  let learnsSteps: Bool

  /// Starts from parameters that there are, or from none.
  init(seed: UInt64, learnsSteps: Bool, continuing parameters: [Parameter] = []) {
    self.parameters = parameters
    self.seed = seed
    self.learnsSteps = learnsSteps
  }

  /// A matrix of normal numbers with a standard deviation.
  mutating func add(_ name: String, _ shape: Shape, deviation: Float) -> Int {
    var random = NormalNumbers(seed: seed, stream: parameters.count)
    return add(
      name, Matrix(rows: shape.rows, columns: shape.columns) { _, _ in deviation * random.next() })
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
