import AffineModels
import AffineQuant
import AffineTestSupport

/// Weights and inputs as post-training methods meet them, from fixed seeds.
enum CalibrationSamples {
  /// A standard normal number (Irwin and Hall: twelve uniform ones less six).
  private static func normal(_ random: inout SplitMix64) -> Double {
    (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
  }

  /// Standard normal values.
  static func normal(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
    var random = SplitMix64(seed: seed)
    return Matrix(rows: rows, columns: columns) { _, _ in Float(normal(&random)) }
  }

  /// Values of Student's t with four degrees of freedom: heavier tails than the normal law's.
  static func studentT(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
    var random = SplitMix64(seed: seed)
    return Matrix(rows: rows, columns: columns) { _, _ in
      let squares = (0..<4).reduce(0.0) { sum, _ in
        let value = normal(&random)
        return sum + value * value
      }
      return Float(normal(&random) / (squares / 4).squareRoot())
    }
  }

  /// Inputs whose covariance has the eigenvalues 1, 1/2, 1/3, … in a random basis.
  static func decaying(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
    let basis = orthogonal(columns, seed: 77)
    let draws = normal(rows, columns, seed: seed)
    return Matrix(rows: rows, columns: columns) { row, column in
      var sum = 0.0
      for index in 0..<columns {
        sum +=
          Double(draws[row, index]) * basis[index][column] / Double(index + 1).squareRoot()
      }
      return Float(sum)
    }
  }

  /// Rows of a random orthonormal basis (Gram and Schmidt).
  private static func orthogonal(_ count: Int, seed: UInt64) -> [[Double]] {
    var random = SplitMix64(seed: seed)
    var basis: [[Double]] = []
    for _ in 0..<count {
      var row = (0..<count).map { _ in normal(&random) }
      for other in basis {
        var dot = 0.0
        for index in 0..<count { dot += row[index] * other[index] }
        for index in 0..<count { row[index] -= dot * other[index] }
      }
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      basis.append(row.map { $0 / norm })
    }
    return basis
  }

  /// The statistics of inputs.
  static func statistics(_ inputs: Matrix<Float>) throws -> InputStatistics {
    var statistics = InputStatistics(columns: inputs.shape.columns)
    try statistics.add(inputs)
    return statistics
  }

  /// A group of one layer.
  static func group(
    _ weight: Matrix<Float>, _ type: String, _ inputs: Matrix<Float>? = nil,
    takesFactors: Bool = true
  ) throws -> LayerGroup {
    guard let type = QuantizedType(name: type) else { preconditionFailure("no type \(type)") }
    return try LayerGroup(
      [.init("layer", weight, as: type)], inputs: try inputs.map(statistics),
      takesFactors: takesFactors)
  }

  /// What a group's first layer is worth after quantization, as if its input had not been divided.
  static func values(_ quantized: QuantizedGroup) -> Matrix<Float> {
    guard let codes = quantized.weights[0] else { preconditionFailure("stayed float") }
    let values: Matrix<Float> = codes.dequantized()
    guard let factors = quantized.factors else { return values }
    return Matrix(rows: values.shape.rows, columns: values.shape.columns) {
      values[$0, $1] / factors[$1]
    }
  }

  /// ‖X·(W − V)ᵀ‖ / ‖X·Wᵀ‖ in Double.
  static func outputError(
    _ inputs: Matrix<Float>, _ weight: Matrix<Float>, _ values: Matrix<Float>
  ) -> Double {
    var (error, output) = (0.0, 0.0)
    for row in 0..<inputs.shape.rows {
      for channel in 0..<weight.shape.rows {
        var (whole, missing) = (0.0, 0.0)
        for column in 0..<inputs.shape.columns {
          let (x, w) = (Double(inputs[row, column]), Double(weight[channel, column]))
          whole += x * w
          missing += x * (w - Double(values[channel, column]))
        }
        output += whole * whole
        error += missing * missing
      }
    }
    return (error / output).squareRoot()
  }
}
