internal import AffineQuant

/// A pass of some tokens through a decoder that runs, over what attention remembers of those before.
struct CachePass: DecoderPass {
  typealias Value = Matrix<Float>
  typealias Failure = any Error

  /// Which tokens' states are wanted.
  enum Wanted { case all, last }

  /// Queries, keys and values side by side.
  struct Heads {
    /// As the linear layers gave them.
    let joined: Matrix<Float>
    /// The queries and keys as they are by now, and perhaps more columns.
    var turned: Matrix<Float>
  }

  let model: DecoderModel
  /// The model's, read often.
  let configuration: DecoderConfiguration
  var cache: KeyValueCache
  let wanted: Wanted
  let execution: Execution
  /// Sees the input of every linear layer.
  let observe: ((_ linear: String, _ input: Matrix<Float>) throws -> Void)?
  /// By their rules, for the places of the tokens.
  var turns: [RotaryRule: Matrix<Float>] = [:]
  /// The place of the first token.
  private(set) var start = 0

  init(
    _ model: DecoderModel, _ cache: consuming KeyValueCache, _ wanted: Wanted,
    _ execution: Execution,
    observe: ((_ linear: String, _ input: Matrix<Float>) throws -> Void)? = nil
  ) {
    var execution = execution
    if model.activations.precision != .float32 { execution.precision = model.activations.precision }
    self.model = model
    configuration = model.configuration
    self.cache = cache
    self.wanted = wanted
    self.execution = execution
    self.observe = observe
  }

  mutating func embed(_ tokens: [Int]) throws -> Matrix<Float> {
    start = cache.count
    turns = [:]
    return try model.embedding.rows(tokens, execution)
  }

  func places(count: Int) -> Matrix<Float> {
    guard let table = model.positions else { preconditionFailure("there are no trained places") }
    return Embedding.gather(table, rows: Array(start..<start + count), on: execution)
  }

  func scale(_ x: Matrix<Float>, by factor: Float) -> Matrix<Float> {
    Elementwise.scale(x, by: factor, on: execution)
  }

  func cap(_ x: Matrix<Float>, at cap: Float) -> Matrix<Float> {
    Elementwise.cap(x, at: cap, on: execution)
  }

  func norm(_ layer: DecoderLayer, _ x: Matrix<Float>) -> Matrix<Float> {
    switch layer {
    case .norm: return model.norm(x, on: execution)
    case .blockNorm(let block, let place):
      if let norm = model.blocks[block].norms[place] { return norm(x, on: execution) }
    case .embedding, .positions, .linear, .head: break
    }
    preconditionFailure("there is no norm '\(layer.name)'")
  }

  func activate(
    _ x: Matrix<Float>, _ function: DecoderConfiguration.Function
  ) -> Matrix<Float> {
    switch function {
    case .gelu: Elementwise.gelu(x, on: execution)
    case .silu: Elementwise.silu(x, on: execution)
    case .tanhGelu: Elementwise.tanhGelu(x, on: execution)
    }
  }

  func dropOut(_ y: Matrix<Float>) -> Matrix<Float> { y }

  func add(_ y: Matrix<Float>, to x: inout Matrix<Float>) {
    if y.shape.rows < x.shape.rows { x = lastRow(of: x) }
    Elementwise.accumulate(&x, y, on: execution)
  }

  func lastRow(of x: Matrix<Float>) -> Matrix<Float> {
    Embedding.gather(x, rows: [x.shape.rows - 1], on: execution)
  }
}
