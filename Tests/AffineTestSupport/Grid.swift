public import AffineQuant

/// A matrix in Double, for oracles.
public struct Grid: Sendable {
  public let rows, columns: Int
  public var values: [Double]

  public init(_ matrix: Matrix<Float>) {
    (rows, columns) = (matrix.shape.rows, matrix.shape.columns)
    values = matrix.values.array.map(Double.init)
  }

  public init(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> Double) {
    (self.rows, self.columns) = (rows, columns)
    values = (0..<rows * columns).map { value($0 / columns, $0 % columns) }
  }

  public subscript(row: Int, column: Int) -> Double { values[row * columns + column] }
}

/// Gradients as central differences of a function in Double.
public struct CentralDifferences {
  /// A third of the digits of Double: the error of the difference is of the order of its square.
  private static let step = 1e-5

  public let function: ([Grid]) -> Grid
  public let inputs: [Grid]
  /// The gradient of the function's result.
  public let gradient: Grid

  public init(
    _ inputs: [Matrix<Float>], _ gradient: Matrix<Float>, _ function: @escaping ([Grid]) -> Grid
  ) {
    self.function = function
    self.inputs = inputs.map(Grid.init)
    self.gradient = Grid(gradient)
  }

  /// The derivative of Σ result · gradient by one value, and the sum of the magnitudes of its terms.
  public func derivative(input: Int, index: Int) -> (value: Double, magnitude: Double) {
    var (above, below) = (inputs, inputs)
    above[input].values[index] += Self.step
    below[input].values[index] -= Self.step
    let width = above[input].values[index] - below[input].values[index]
    let (high, low) = (function(above), function(below))
    var (value, magnitude) = (0.0, 0.0)
    for (index, weight) in gradient.values.enumerated() {
      let term = (high.values[index] - low.values[index]) / width * weight
      value += term
      magnitude += abs(term)
    }
    return (value, magnitude)
  }

  /// The largest distance of a float gradient of an input from some derivatives, in units of the largest
  /// sum of magnitudes among them: rounding of a row's sums errs in proportion to it.
  public func distance(input: Int, _ found: Matrix<Float>, samples: Int = 24) -> Double {
    var random = SplitMix64(seed: 5)
    let count = inputs[input].values.count
    precondition(found.shape.count == count)
    var (farthest, largest) = (0.0, Double.leastNormalMagnitude)
    for sample in 0..<min(samples, count) {
      let index = count <= samples ? sample : Int.random(in: 0..<count, using: &random)
      let (value, magnitude) = derivative(input: input, index: index)
      farthest = max(farthest, abs(Double(found.values[index]) - value))
      largest = max(largest, magnitude)
    }
    return farthest / largest
  }
}
