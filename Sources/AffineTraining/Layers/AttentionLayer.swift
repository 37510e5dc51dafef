internal import AffineLayers
internal import AffineQuant

/// Causal attention with its four products.
struct AttentionLayer: Sendable {
  let query, key, value, output: LinearLayer
  let heads, keyValueHeads: Int
  let isRotary: Bool

  init(_ name: String, _ shape: TransformerShape, to builder: inout ParameterBuilder) {
    (heads, keyValueHeads) = (shape.heads, shape.keyValueHeads)
    isRotary = shape.positions == .rotary
    let shared = shape.width / heads * keyValueHeads
    query = LinearLayer("\(name).query", shape.width, shape.width, to: &builder)
    key = LinearLayer("\(name).key", shape.width, shared, to: &builder)
    value = LinearLayer("\(name).value", shape.width, shared, to: &builder)
    output = LinearLayer("\(name).output", shape.width, shape.width, to: &builder)
  }

  func callAsFunction(
    _ x: Variable, sequence: Int, _ pass: ForwardPass
  ) throws(TrainingError) -> Variable {
    var (q, k) = (try query(x, pass), try key(x, pass))
    if isRotary {
      let rule = RotaryRule(base: 10_000, columns: q.shape.columns / heads)
      q = try pass.tape.rotary(q, heads: heads, sequence: sequence, rule)
      k = try pass.tape.rotary(k, heads: keyValueHeads, sequence: sequence, rule)
    }
    var v = try value(x, pass)
    if let cache = pass.recipe.cache {
      k = try pass.tape.rounded(k, as: cache, name: key.name)
      v = try pass.tape.rounded(v, as: cache, name: value.name)
    }
    let mixed = try pass.tape.attention(
      q, k, v, heads: heads, keyValueHeads: keyValueHeads, sequence: sequence)
    return try output(mixed, pass)
  }
}
