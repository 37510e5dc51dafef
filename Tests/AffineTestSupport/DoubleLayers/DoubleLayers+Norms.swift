#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension DoubleLayers {
  /// `(x − mean) / √(variance + ε) · weight + bias`, row by row.
  package static func layerNorm(
    _ x: DoubleMatrix, weight: DoubleMatrix, bias: DoubleMatrix?, epsilon: Double
  ) -> DoubleMatrix {
    var result = x
    for row in 0..<x.rows {
      let mean = mean(x, row) { $0 }
      let variance = self.mean(x, row) { ($0 - mean) * ($0 - mean) }
      for column in 0..<x.columns {
        let normal = (x[row, column] - mean) / (variance + epsilon).squareRoot()
        result[row, column] = normal * weight[0, column] + (bias?[0, column] ?? 0)
      }
    }
    return result
  }

  /// `x / √(mean of x² + ε) · weight`, row by row.
  package static func rootMeanSquareNorm(
    _ x: DoubleMatrix, weight: DoubleMatrix?, epsilon: Double
  ) -> DoubleMatrix {
    DoubleMatrix(x.rows, x.columns) { row, column in
      let square = mean(x, row) { $0 * $0 }
      return x[row, column] / (square + epsilon).squareRoot() * (weight?[0, column] ?? 1)
    }
  }

  /// `(x − mean) / (C · (max − min) + ε) · weight + bias`, row by row, with
  /// `C = 0.175 · (1 + √(π ln 4)) / √(2 ln columns)`.
  package static func rangeNorm(
    _ x: DoubleMatrix, weight: DoubleMatrix, bias: DoubleMatrix?, epsilon: Double
  ) -> DoubleMatrix {
    let constant =
      0.175 * (1 + (.pi * log(4.0)).squareRoot()) / (2 * log(Double(x.columns))).squareRoot()
    var result = x
    for row in 0..<x.rows {
      let mean = mean(x, row) { $0 }
      var (smallest, largest) = (x[row, 0], x[row, 0])
      for column in 0..<x.columns {
        smallest = min(smallest, x[row, column])
        largest = max(largest, x[row, column])
      }
      for column in 0..<x.columns {
        let normal = (x[row, column] - mean) / (constant * (largest - smallest) + epsilon)
        result[row, column] = normal * weight[0, column] + (bias?[0, column] ?? 0)
      }
    }
    return result
  }

  private static func mean(_ x: DoubleMatrix, _ row: Int, _ term: (Double) -> Double) -> Double {
    (0..<x.columns).reduce(0) { $0 + term(x[row, $1]) } / Double(x.columns)
  }
}
