package import AffineQuant

extension FloatFunctions {
  /// The derivative of ``tanhGelu(_:)``.
  @inline(__always)
  static func tanhGeluDerivative(_ x: Float) -> Float {
    let law = logistic(tanhGeluSlope * (x + 0.044715 * x * x * x))
    // σ is all but 0 or 1 where the square overflows.
    let inner = law.rest == 0 || law.value == 0 ? 0 : tanhGeluSlope * (1 + 0.134145 * x * x)
    return law.value + x * law.value * law.rest * inner
  }

  /// cap · tanh(x / cap).
  static func capped(_ x: Float, _ cap: Float) -> Float {
    Float(Double(cap) * hyperbolicTangent(Double(x) / Double(cap)))
  }
}

extension Elementwise {
  /// GELU in its approximation by tanh (arXiv 1606.08415).
  package static func tanhGelu(_ x: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    x.mapped(on: execution) { FloatFunctions.tanhGelu($0) }
  }

  /// The gradient of the input of ``tanhGelu(_:on:)`` from that of its output.
  package static func tanhGeluGradient(
    _ x: Matrix<Float>, _ gradient: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    x.mapped(with: gradient, on: execution) { FloatFunctions.tanhGeluDerivative($0) * $1 }
  }

  /// The gradients of both inputs of ``geglu(gate:up:on:)`` from that of its output.
  package static func gegluGradient(
    gate: Matrix<Float>, up: Matrix<Float>, _ gradient: Matrix<Float>, on execution: Execution
  ) -> (gate: Matrix<Float>, up: Matrix<Float>) {
    let opened = gradient.mapped(with: up, on: execution) { $0 * $1 }
    return (
      tanhGeluGradient(gate, opened, on: execution),
      gate.mapped(with: gradient, on: execution) { FloatFunctions.tanhGelu($0) * $1 }
    )
  }

  /// cap · tanh(x / cap).
  package static func cap(
    _ x: Matrix<Float>, at cap: Float, on execution: Execution
  ) -> Matrix<Float> {
    x.mapped(on: execution) { FloatFunctions.capped($0, cap) }
  }

  /// The gradient of the input of ``cap(_:at:on:)`` from its output and the gradient of that.
  package static func capGradient(
    _ output: Matrix<Float>, at cap: Float, _ gradient: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    output.mapped(with: gradient, on: execution) {
      let part = $0 / cap
      return (1 - part * part) * $1
    }
  }
}

extension Matrix<Float> {
  /// A function of each element.
  fileprivate func mapped(
    on execution: Execution, _ function: (Float) -> Float
  ) -> Matrix {
    Matrix(shape, on: execution) { row, output in
      let values = self.row(row)
      for column in values.indices { output[column] = function(values[column]) }
    }
  }

  /// A function of each element and of that of another matrix.
  fileprivate func mapped(
    with other: Matrix, on execution: Execution, _ function: (Float, Float) -> Float
  ) -> Matrix {
    precondition(shape == other.shape, "\(shape) and \(other.shape)")
    return Matrix(shape, on: execution) { row, output in
      let (values, others) = (self.row(row), other.row(row))
      for column in values.indices { output[column] = function(values[column], others[column]) }
    }
  }
}
