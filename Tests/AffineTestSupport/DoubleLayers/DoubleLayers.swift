#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The definitions of a model's layers, in `Double` and plain loops. Nothing here calls the library.
package enum DoubleLayers {
  /// `X · Wᵀ`.
  package static func linear(_ x: DoubleMatrix, _ weight: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix(x.rows, weight.rows) { row, column in
      (0..<x.columns).reduce(0) { $0 + x[row, $1] * weight[column, $1] }
    }
  }

  /// The rows of a table that tokens name.
  package static func embedding(_ table: DoubleMatrix, _ tokens: [Int]) -> DoubleMatrix {
    DoubleMatrix(tokens.count, table.columns) { table[tokens[$0], $1] }
  }

  /// The sum.
  package static func add(_ a: DoubleMatrix, _ b: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix(a.rows, a.columns) { a[$0, $1] + b[$0, $1] }
  }

  /// The product of elements.
  package static func multiply(_ a: DoubleMatrix, _ b: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix(a.rows, a.columns) { a[$0, $1] * b[$0, $1] }
  }

  /// `x · Φ(x)`.
  package static func gelu(_ x: DoubleMatrix) -> DoubleMatrix {
    x.map { $0 * erfc(-$0 / 2.0.squareRoot()) / 2 }
  }

  /// `x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 x³)))`.
  package static func tanhGelu(_ x: DoubleMatrix) -> DoubleMatrix {
    x.map { $0 / 2 * (1 + tanh((2 / .pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
  }

  /// `x / (1 + e^−x)`.
  package static func silu(_ x: DoubleMatrix) -> DoubleMatrix {
    x.map { $0 / (1 + exp(-$0)) }
  }

  /// `silu(gate) · up`.
  package static func swiglu(gate: DoubleMatrix, up: DoubleMatrix) -> DoubleMatrix {
    multiply(silu(gate), up)
  }

  /// `tanhGelu(gate) · up`.
  package static func geglu(gate: DoubleMatrix, up: DoubleMatrix) -> DoubleMatrix {
    multiply(tanhGelu(gate), up)
  }

  /// `cap · tanh(x / cap)`.
  package static func cap(_ x: DoubleMatrix, at cap: Double) -> DoubleMatrix {
    x.map { cap * tanh($0 / cap) }
  }

  /// The mean of −log of the probability of each target that is not −1.
  package static func crossEntropy(_ logits: DoubleMatrix, _ targets: [Int]) -> Double {
    var (total, counted) = (0.0, 0)
    for (row, target) in targets.enumerated() where target >= 0 {
      let sum = (0..<logits.columns).reduce(0) { $0 + exp(logits[row, $1]) }
      total -= log(exp(logits[row, target]) / sum)
      counted += 1
    }
    return total / Double(max(counted, 1))
  }
}
