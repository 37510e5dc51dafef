internal import AffineQuant

/// A pass of some tokens through a decoder that runs, over what attention remembers of those before, or of
/// whole sequences through an encoder, which remembers nothing.
///
/// The tokens may be of several texts, one text's after another's: products take the rows of all of them
/// together, and attention those of a text with its own cache.
struct CachePass: DecoderPass {
  typealias Value = Matrix<Float>
  typealias Failure = any Error

  /// Which tokens' states are wanted: of all, or of each text's last that is here.
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
  /// One a text; none of an encoder.
  var caches: [KeyValueCache]
  /// How many of the tokens are of each text.
  var counts: [Int]
  let wanted: Wanted
  let execution: Execution
  /// Sees the input of every linear layer.
  let observe: ((_ linear: String, _ input: Matrix<Float>) throws -> Void)?
  /// For the places of the tokens, by the few rules that there are.
  var turns: [(rule: RotaryRule, turns: Matrix<Float>)] = []
  /// The places of the tokens in their texts.
  private(set) var positions: [Int] = []

  init(
    _ model: DecoderModel, _ caches: consuming [KeyValueCache], counts: [Int], _ wanted: Wanted,
    _ execution: Execution,
    observe: ((_ linear: String, _ input: Matrix<Float>) throws -> Void)? = nil
  ) {
    var execution = execution
    if model.activations.precision != .float32 { execution.precision = model.activations.precision }
    self.model = model
    configuration = model.configuration
    self.caches = caches
    self.counts = counts
    self.wanted = wanted
    self.execution = execution
    self.observe = observe
  }

  mutating func embed(_ tokens: [Int]) throws -> Matrix<Float> {
    if configuration.encoder != nil {
      positions = configuration.places(of: tokens, lengths: counts)
    } else {
      positions.removeAll(keepingCapacity: true)
      for (text, count) in counts.enumerated() {
        let start = caches[text].count
        positions += start..<start + count
      }
    }
    turns.removeAll(keepingCapacity: true)
    guard let part = model.part else { return try model.embedding.rows(tokens, execution) }
    return try part.embedded(tokens, model.embedding, execution)
  }

  func places(of tokens: [Int]) -> Matrix<Float> {
    guard let table = model.positions else { preconditionFailure("there are no trained places") }
    return Embedding.gather(table, rows: positions, on: execution)
  }

  func scale(_ x: Matrix<Float>, by factor: Float) -> Matrix<Float> {
    Elementwise.scale(x, by: factor, on: execution)
  }

  func cap(_ x: Matrix<Float>, at cap: Float) -> Matrix<Float> {
    Elementwise.cap(x, at: cap, on: execution)
  }

  func norm(_ layer: DecoderLayer, _ x: Matrix<Float>) -> Matrix<Float> {
    guard let norm = model.norm(layer) else {
      preconditionFailure("there is no norm '\(layer.name)'")
    }
    return norm(x, on: execution)
  }

  func restored(_ x: Matrix<Float>, of norm: DecoderLayer) -> Matrix<Float> {
    model.norm(norm)?.restored(x, on: execution) ?? x
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
    if y.shape.rows < x.shape.rows { x = lastRows(of: x) }
    Elementwise.accumulate(&x, y, on: execution)
  }

  /// The last row of each text that has one.
  func lastRows(of x: Matrix<Float>) -> Matrix<Float> {
    var (rows, end): ([Int], Int) = ([], 0)
    for count in counts where count > 0 {
      end += count
      rows.append(end - 1)
    }
    return Embedding.gather(x, rows: rows, on: execution)
  }
}
