/// How each output changes with each element of one input, by central differences in `Double`.
///
/// With a step of 1e-5 and functions and derivatives of about 1, the curve's third order leaves
/// `step² / 6 ≈ 2e-11` and the rounding of `Double` `2⁻⁵³ / step ≈ 1e-11`: nothing beside the 6e-8 of
/// one rounding of `Float`.
package struct DoubleSlopes: Sendable {
  /// By element of the input, then by output.
  package let slopes: [[Double]]

  package init(at x: DoubleMatrix, step: Double = 1e-5, _ function: (DoubleMatrix) -> [Double]) {
    slopes = x.values.indices.map { index in
      var (below, above) = (x, x)
      below.values[index] -= step
      above.values[index] += step
      return zip(function(above), function(below)).map { ($0 - $1) / (2 * step) }
    }
  }

  /// The gradient of `Σ output · weight`.
  package func gradient(_ weights: [Double]) -> [Double] {
    slopes.map { zip($0, weights).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// The largest sum of the magnitudes that the gradient by one element adds up.
  package func largestMagnitude(_ weights: [Double]) -> Double {
    slopes.map { zip($0, weights).reduce(0) { $0 + abs($1.0 * $1.1) } }.max() ?? 0
  }

  /// By output: `Σ |input · slope|`, how far relative errors of the input move it.
  package func conditions(at x: DoubleMatrix, outputs: Int) -> [Double] {
    zip(x.values, slopes).reduce(into: [Double](repeating: 0, count: outputs)) { sums, pair in
      for output in sums.indices { sums[output] += abs(pair.0 * pair.1[output]) }
    }
  }
}
