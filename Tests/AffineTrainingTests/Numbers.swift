import AffineQuant
import AffineTestSupport
import Foundation

/// Numbers for the tests of recipes, and what they are compared with.
enum Numbers {
  /// Standard normal values (Box and Muller).
  static func normal(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
    var random = SplitMix64(seed: seed)
    return Matrix(rows: rows, columns: columns) { _, _ in
      let (u, v) = (
        Double.random(in: 0x1p-53..<1, using: &random), Double.random(in: 0..<1, using: &random)
      )
      return Float((-2 * log(u)).squareRoot() * cos(2 * .pi * v))
    }
  }

  /// Values between −1 and 1.
  static func uniform(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
    var random = SplitMix64(seed: seed)
    return Matrix(rows: rows, columns: columns) { _, _ in .random(in: -1...1, using: &random) }
  }

  static func doubles(_ matrix: Matrix<Float>) -> [Double] { matrix.values.array.map(Double.init) }

  /// ‖a − b‖ / ‖b‖
  static func relativeError(_ a: [Double], _ b: [Double]) -> Double {
    let noise = zip(a, b).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (noise / b.reduce(0.0) { $0 + $1 * $1 }).squareRoot()
  }

  static func relativeError(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Double {
    relativeError(doubles(a), doubles(b))
  }

  /// `Σᵢ a[i, p] · b[i, q]`: what `Gᵀ · X` is.
  static func productOfColumns(_ a: Matrix<Float>, _ b: Matrix<Float>) -> [Double] {
    let (p, q) = (a.shape.columns, b.shape.columns)
    let (lefts, rights) = (doubles(a), doubles(b))
    var sums = [Double](repeating: 0, count: p * q)
    for row in 0..<a.shape.rows {
      for i in 0..<p {
        for j in 0..<q { sums[i * q + j] += lefts[row * p + i] * rights[row * q + j] }
      }
    }
    return sums
  }

  /// `Σₖ a[i, k] · b[j, k]`: what `X · Wᵀ` is.
  static func productOfRows(_ a: Matrix<Float>, _ b: Matrix<Float>) -> [Double] {
    let depth = a.shape.columns
    let (lefts, rights) = (doubles(a), doubles(b))
    return (0..<a.shape.rows).flatMap { i in
      (0..<b.shape.rows).map { j in
        (0..<depth).reduce(0.0) { $0 + lefts[i * depth + $1] * rights[j * depth + $1] }
      }
    }
  }
}
