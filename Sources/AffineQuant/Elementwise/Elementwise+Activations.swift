extension Elementwise {
  /// x · Φ(x) with the distribution Φ of the normal law (Hendrycks and Gimpel, 2016), not the
  /// approximation by tanh; within 13 ulp.
  package static func gelu(_ x: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    ElementKernels.map(ElementKernels.gelu, x, on: execution)
  }

  /// The gradient of the input of ``gelu(_:on:)`` from that of its output.
  package static func geluGradient(
    _ x: Matrix<Float>, _ gradient: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.map(ElementKernels.geluGradient, x, gradient, on: execution)
  }

  /// x / (1 + e^-x), within 7 ulp.
  package static func silu(_ x: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    ElementKernels.map(ElementKernels.silu, x, on: execution)
  }

  /// The gradient of the input of ``silu(_:on:)`` from that of its output.
  package static func siluGradient(
    _ x: Matrix<Float>, _ gradient: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.map(ElementKernels.siluGradient, x, gradient, on: execution)
  }

  /// silu(gate) · up (Shazeer, 2020).
  package static func swiglu(
    gate: Matrix<Float>, up: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.map(ElementKernels.swiglu, gate, up, on: execution)
  }

  /// silu(gate) · up, where each row is that of the gate and then that of up.
  ///
  /// - Precondition: The columns are even in number.
  package static func swiglu(
    gateAndUp: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.mapHalves(ElementKernels.swiglu, gateAndUp, on: execution)
  }

  /// tanhGelu(gate) · up.
  package static func geglu(
    gate: Matrix<Float>, up: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.map(ElementKernels.geglu, gate, up, on: execution)
  }

  /// tanhGelu(gate) · up, where each row is that of the gate and then that of up.
  ///
  /// - Precondition: The columns are even in number.
  package static func geglu(
    gateAndUp: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.mapHalves(ElementKernels.geglu, gateAndUp, on: execution)
  }

  /// The gradients of both inputs of ``swiglu(gate:up:on:)`` from that of its output.
  package static func swigluGradient(
    gate: Matrix<Float>, up: Matrix<Float>, _ gradient: Matrix<Float>, on execution: Execution
  ) -> (gate: Matrix<Float>, up: Matrix<Float>) {
    ElementKernels.swigluGradient(gate, up, gradient, execution)
  }

  /// Keeps each element with probability 1 - p and divides it by that; the others become 0.
  ///
  /// The choice depends on seed, step and the element's index alone, so the same call on the gradient
  /// of the output gives that of the input.
  ///
  /// - Precondition: `probability` is at least 0 and below 1.
  package static func dropout(
    _ x: Matrix<Float>, probability: Float, seed: UInt64, step: UInt64, on execution: Execution
  ) -> Matrix<Float> {
    precondition(probability >= 0 && probability < 1, "probability \(probability)")
    let key = SplitMix.key(seed: seed, step: step)
    return ElementKernels.dropout(x, probability: probability, key: key, execution)
  }
}
