internal import AffineLayers
internal import AffineQuant

extension Tape {
  /// `a + b` of one shape: a residual connection. The sum flows on in values.
  ///
  /// - Throws: ``TrainingError/shape(tensor:_:)``.
  public func add(_ a: Variable, _ b: Variable) throws(TrainingError) -> Variable {
    try checkEqual(a.shape, b.shape, "a sum")
    let sum = Elementwise.add(
      a.value.floats(on: execution), b.value.floats(on: execution), on: execution)
    return record(.float32(sum), from: [a, b], saving: []) { gradient, _ in [gradient, gradient] }
  }

  /// `x · factor`, in values and in the shape of `x`.
  public func scale(_ x: Variable, by factor: Float) -> Variable {
    let execution = execution
    func scaled(_ matrix: StoredMatrix) -> StoredMatrix {
      .float32(Elementwise.scale(matrix.floats(on: execution), by: factor, on: execution))
    }
    return record(scaled(x.value), from: [x], saving: []) { gradient, _ in [scaled(gradient)] }
  }

  /// GELU in its exact form, `x · Φ(x)` (arXiv 1606.08415).
  ///
  /// The result has the shape of `x`.
  ///
  /// - Throws: ``TrainingError``: where layers exchange codes, values that are not finite.
  public func gelu(_ x: Variable) throws(TrainingError) -> Variable {
    try elementwise(x, "gelu", Elementwise.gelu, Elementwise.geluGradient)
  }

  /// SiLU, `x · σ(x)`.
  ///
  /// The result has the shape of `x`.
  ///
  /// - Throws: ``TrainingError``: where layers exchange codes, values that are not finite.
  public func silu(_ x: Variable) throws(TrainingError) -> Variable {
    try elementwise(x, "silu", Elementwise.silu, Elementwise.siluGradient)
  }

  /// GELU in its approximation by tanh (arXiv 1606.08415).
  ///
  /// The result has the shape of `x`.
  ///
  /// - Throws: ``TrainingError``: where layers exchange codes, values that are not finite.
  public func tanhGelu(_ x: Variable) throws(TrainingError) -> Variable {
    try elementwise(x, "tanh gelu", Elementwise.tanhGelu, Elementwise.tanhGeluGradient)
  }

  private func elementwise(
    _ x: Variable, _ name: String,
    _ function: (Matrix<Float>, Execution) -> Matrix<Float>,
    _ derivative: @escaping (Matrix<Float>, Matrix<Float>, Execution) -> Matrix<Float>
  ) throws(TrainingError) -> Variable {
    let result = function(x.value.floats(on: execution), execution)
    return record(try flowing(result, name), from: [x], saving: [x.value]) {
      [unowned self] gradient, saved throws(TrainingError) in
      let dx = derivative(
        saved[0].floats(on: execution), gradient.floats(on: execution), execution)
      return [try self.flowingBack(dx, "gradient of \(name)")]
    }
  }

  /// `silu(gate) · up` (arXiv 2002.05202).
  ///
  /// `gate` and `up` have one shape, and so has the product.
  ///
  /// - Throws: ``TrainingError/shape(tensor:_:)``.
  public func swiglu(gate: Variable, up: Variable) throws(TrainingError) -> Variable {
    try gated(
      gate, up, "swiglu", { Elementwise.swiglu(gate: $0, up: $1, on: $2) },
      { Elementwise.swigluGradient(gate: $0, up: $1, $2, on: $3) })
  }

  /// `gelu(gate) · up` with the approximation by tanh (arXiv 2002.05202).
  ///
  /// `gate` and `up` have one shape, and so has the product.
  ///
  /// - Throws: ``TrainingError/shape(tensor:_:)``.
  public func geglu(gate: Variable, up: Variable) throws(TrainingError) -> Variable {
    try gated(
      gate, up, "geglu", { Elementwise.geglu(gate: $0, up: $1, on: $2) },
      { Elementwise.gegluGradient(gate: $0, up: $1, $2, on: $3) })
  }

  private func gated(
    _ gate: Variable, _ up: Variable, _ name: String,
    _ function: (Matrix<Float>, Matrix<Float>, Execution) -> Matrix<Float>,
    _ gradients:
      @escaping (Matrix<Float>, Matrix<Float>, Matrix<Float>, Execution) -> (
        gate: Matrix<Float>, up: Matrix<Float>
      )
  ) throws(TrainingError) -> Variable {
    try checkEqual(gate.shape, up.shape, name)
    let result = function(
      gate.value.floats(on: execution), up.value.floats(on: execution), execution)
    return record(
      try flowing(result, name), from: [gate, up], saving: [gate.value, up.value]
    ) { [unowned self] gradient, saved throws(TrainingError) in
      let parts = gradients(
        saved[0].floats(on: execution), saved[1].floats(on: execution),
        gradient.floats(on: execution), execution)
      return [
        try self.flowingBack(parts.gate, "gradient of \(name)"),
        try self.flowingBack(parts.up, "gradient of \(name)"),
      ]
    }
  }

  /// Makes values zero with this `probability` and divides the others by one less it; the identity outside of
  /// training.
  ///
  /// The result has the shape of `x`.
  ///
  /// - Throws: ``TrainingError/model(_:)``: a probability that is not at least 0 and below 1.
  public func dropout(_ x: Variable, probability: Float) throws(TrainingError) -> Variable {
    guard probability >= 0, probability < 1 else {
      throw .model("a dropout of \(probability) is not at least 0 and below 1")
    }
    guard isTraining, probability > 0 else { return x }
    let drop = Dropout(probability: probability, seed: noise.nextSeed(), step: noise.step)
    let execution = execution
    return record(drop(x.value, on: execution), from: [x], saving: []) { gradient, _ in
      [drop(gradient, on: execution)]
    }
  }
}

/// The choice of which values one layer drops in one step.
private struct Dropout {
  let probability: Float
  let seed, step: UInt64

  /// Symmetric int8 stays in codes: those that are dropped become zero, and the scales grow.
  func callAsFunction(_ x: StoredMatrix, on execution: Execution) -> StoredMatrix {
    guard case .codes(let codes) = x, codes.quantizedType.storage == .signed(bits: 8),
      codes.quantizedType.mapping.kind == .symmetric
    else {
      return .float32(
        Elementwise.dropout(
          x.floats(on: execution), probability: probability, seed: seed, step: step, on: execution))
    }
    return .codes(codes.dropped(probability: probability, seed: seed, step: step))
  }
}
