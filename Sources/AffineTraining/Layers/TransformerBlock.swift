internal import AffineLayers
internal import AffineQuant

/// Attention and feed-forward, each on normalized rows and added to the residual stream.
struct TransformerBlock: Sendable {
  let attentionNorm, feedForwardNorm: NormLayer
  let attention: AttentionLayer
  let feedForward: FeedForwardLayer
  let dropout: Float

  init(_ name: String, _ shape: TransformerShape, to builder: inout ParameterBuilder) {
    dropout = shape.dropout
    attentionNorm = NormLayer("\(name).attentionNorm", shape, to: &builder)
    attention = AttentionLayer("\(name).attention", shape, to: &builder)
    feedForwardNorm = NormLayer("\(name).feedForwardNorm", shape, to: &builder)
    feedForward = FeedForwardLayer("\(name).feedForward", shape, to: &builder)
  }

  func callAsFunction(
    _ x: Variable, sequence: Int, _ pass: ForwardPass
  ) throws(TrainingError) -> Variable {
    let mixed = try attention(try attentionNorm(x, pass), sequence: sequence, pass)
    let middle = try pass.tape.add(x, try pass.tape.dropout(mixed, probability: dropout))
    let bent = try feedForward(try feedForwardNorm(middle, pass), pass)
    return try pass.tape.add(middle, try pass.tape.dropout(bent, probability: dropout))
  }
}
