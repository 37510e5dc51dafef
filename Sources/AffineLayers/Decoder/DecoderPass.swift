/// What executes the layers of a decoder, which ``DecoderPass/states(of:)`` and ``DecoderPass/logits(of:)``
/// say once for all: over a cache of keys and values, or over a tape.
package protocol DecoderPass {
  /// Rows of the residual stream, or of what layers make of them.
  associatedtype Value
  /// Queries, keys and values of some rows.
  associatedtype Heads
  associatedtype Failure: Error

  /// What the decoder is.
  var configuration: DecoderConfiguration { get }

  /// Runs the layers of a block, as ``layers(of:_:)`` says unless a pass has more to do.
  mutating func run(_ block: Int, _ x: inout Value) throws(Failure)

  /// The rows of tokens.
  mutating func embed(_ tokens: [Int]) throws(Failure) -> Value

  /// The trained rows of the places of the tokens.
  mutating func places(of tokens: [Int]) throws(Failure) -> Value

  /// `x · factor`.
  mutating func scale(_ x: Value, by factor: Float) throws(Failure) -> Value

  /// `cap · tanh(x / cap)`.
  mutating func cap(_ x: Value, at cap: Float) throws(Failure) -> Value

  /// Rows that are normalized.
  mutating func norm(_ layer: DecoderLayer, _ x: Value) throws(Failure) -> Value

  /// What a norm gave, as it was before it was divided for the linear layers that read it.
  func restored(_ x: Value, of norm: DecoderLayer) -> Value

  /// The product with a linear layer's weight, and all that belongs to the layer.
  mutating func linear(_ layer: DecoderLayer, _ x: Value) throws(Failure) -> Value

  /// The product with the table of tokens.
  mutating func unembed(_ x: Value) throws(Failure) -> Value

  /// What the linear layers for queries, keys and values of a block make of rows.
  mutating func heads(_ block: Int, _ x: Value) throws(Failure) -> Heads

  /// Normalizes each head of queries and of keys.
  mutating func normalize(_ heads: inout Heads, _ block: Int) throws(Failure)

  /// Turns queries and keys by their places.
  mutating func turn(_ heads: inout Heads, by rule: RotaryRule) throws(Failure)

  /// The values that each row sees, weighed; rows that nobody wants may be left out.
  mutating func attend(_ heads: consuming Heads, _ block: Int) throws(Failure) -> Value

  /// A function of each element.
  mutating func activate(
    _ x: Value, _ function: DecoderConfiguration.Function
  ) throws(Failure) -> Value

  /// `function(gate) · up`, of the gate and of what it opens in a block.
  mutating func gate(
    _ block: Int, _ x: Value, _ function: DecoderConfiguration.Function
  ) throws(Failure) -> Value

  /// What is left of a layer's result.
  mutating func dropOut(_ y: Value) throws(Failure) -> Value

  /// Adds to the residual stream, of which rows that `y` leaves out go.
  mutating func add(_ y: Value, to x: inout Value) throws(Failure)
}

extension DecoderPass {
  /// Nothing was divided.
  package func restored(_ x: Value, of norm: DecoderLayer) -> Value { x }
}

extension DecoderConfiguration {
  /// A function between the products of a feed-forward layer.
  package enum Function: Sendable {
    /// x · Φ(x), x · σ(x), and the approximation of the first by tanh.
    case gelu, silu, tanhGelu
  }
}
