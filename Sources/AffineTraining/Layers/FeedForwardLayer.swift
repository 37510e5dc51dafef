internal import AffineQuant

/// Two products with a function between them, or three of which two meet in SwiGLU.
struct FeedForwardLayer: Sendable {
  let activation: TransformerShape.Activation
  let up, down: LinearLayer
  let gate: LinearLayer?

  init(_ name: String, _ shape: TransformerShape, to builder: inout ParameterBuilder) {
    activation = shape.activation
    up = LinearLayer("\(name).up", shape.width, shape.hidden, to: &builder)
    gate =
      activation == .swiglu
      ? LinearLayer("\(name).gate", shape.width, shape.hidden, to: &builder) : nil
    down = LinearLayer("\(name).down", shape.hidden, shape.width, to: &builder)
  }

  func callAsFunction(_ x: Variable, _ pass: ForwardPass) throws(TrainingError) -> Variable {
    let raised = try up(x, pass)
    if let gate {
      return try down(try pass.tape.swiglu(gate: try gate(x, pass), up: raised), pass)
    }
    let bent = try activation == .gelu ? pass.tape.gelu(raised) : pass.tape.silu(raised)
    return try down(bent, pass)
  }
}
