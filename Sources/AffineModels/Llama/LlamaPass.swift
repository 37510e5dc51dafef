internal import AffineLayers
internal import AffineQuant

/// One pass of some tokens through a model.
struct LlamaPass {
  /// Which tokens' states are wanted.
  enum Wanted { case all, last }

  private let model: LlamaModel
  private let wanted: Wanted
  private let execution: Execution
  /// Sees the input of every linear layer.
  private let observe: ((_ linear: String, _ input: Matrix<Float>) throws -> Void)?

  init(
    _ model: LlamaModel, _ wanted: Wanted, _ execution: Execution,
    observe: ((_ linear: String, _ input: Matrix<Float>) throws -> Void)? = nil
  ) {
    self.model = model
    self.wanted = wanted
    self.execution = execution
    self.observe = observe
  }

  /// What the last layer makes of the tokens, which the cache has room for; a row each, or the last.
  func states(of tokens: [Int], _ cache: inout KeyValueCache) throws -> Matrix<Float> {
    let positions = cache.count..<cache.count + tokens.count
    let turns = Rotary.turns(
      positions: positions, frequencies: model.configuration.frequencies)
    var x = try model.embedding.rows(tokens, execution)
    for index in model.layers.indices {
      let isLast = index == model.layers.count - 1
      try attend(
        &x, index, turns, &cache.layers[index], onlyLast: isLast && wanted == .last)
      try feedForward(&x, index)
    }
    return x
  }

  /// The logits of some states, or of all.
  func logits(of states: Matrix<Float>, rows: [Int]? = nil) throws -> Matrix<Float> {
    let chosen = rows.map { Embedding.gather(states, rows: $0, on: execution) } ?? states
    let input = normalize(chosen, model.norm)
    guard let head = model.head else {
      return try linear("model.embed_tokens") { () throws(QuantizationError) in
        try model.embedding.product(input, execution)
      }
    }
    try observe?(LlamaModel.headName, input)
    return try linear(LlamaModel.headName) { () throws(QuantizationError) in
      try head(input, on: execution)
    }
  }

  private func attend(
    _ x: inout Matrix<Float>, _ index: Int, _ turns: Matrix<Float>, _ cache: inout AttentionCache,
    onlyLast: Bool
  ) throws {
    let (layer, configuration) = (model.layers[index], model.configuration)
    let input = normalize(x, layer.attentionNorm)
    try show(input, index, [.query, .key, .value])
    let group = try linear(index, .query) { () throws(QuantizationError) in
      try layer.attention(input, on: execution)
    }
    // Queries and keys, which lie side by side, turn.
    var turned = Rotary.rotate(
      group, heads: configuration.heads + configuration.keyValueHeads, turns: turns,
      on: execution)
    let width = configuration.queryWidth
    cache.append(
      keys: turned, column: width, values: group, column: width + configuration.keyWidth,
      on: execution)
    if onlyLast {
      turned = lastRow(of: turned)
      x = lastRow(of: x)
    }
    let seen = cache.attend(turned, heads: configuration.heads, on: execution)
    try show(seen, index, [.output])
    let output = try linear(index, .output) { () throws(QuantizationError) in
      try layer.output(seen, on: execution)
    }
    Elementwise.accumulate(&x, output, on: execution)
  }

  private func feedForward(_ x: inout Matrix<Float>, _ index: Int) throws {
    let layer = model.layers[index]
    let input = normalize(x, layer.feedForwardNorm)
    try show(input, index, [.gate, .up])
    let both = try linear(index, .gate) { () throws(QuantizationError) in
      try layer.feedForward(input, on: execution)
    }
    let opened = Elementwise.swiglu(gateAndUp: both, on: execution)
    try show(opened, index, [.down])
    let output = try linear(index, .down) { () throws(QuantizationError) in
      try layer.down(opened, on: execution)
    }
    Elementwise.accumulate(&x, output, on: execution)
  }

  private func normalize(_ x: Matrix<Float>, _ weight: Matrix<Float>) -> Matrix<Float> {
    RowNorm.rootMeanSquare(
      x, weight: weight, epsilon: model.configuration.normEpsilon, on: execution
    ).output
  }

  private func lastRow(of x: Matrix<Float>) -> Matrix<Float> {
    Embedding.gather(x, rows: [x.shape.rows - 1], on: execution)
  }

  private func show(_ input: Matrix<Float>, _ layer: Int, _ linears: [LlamaLinear]) throws {
    guard let observe else { return }
    for linear in linears { try observe(linear.name(layer: layer), input) }
  }

  private func linear(
    _ layer: Int, _ linear: LlamaLinear, _ body: () throws(QuantizationError) -> Matrix<Float>
  ) throws(LlamaError) -> Matrix<Float> {
    do { return try body() } catch {
      throw .quantization(linear: linear.name(layer: layer), error)
    }
  }

  private func linear(
    _ name: String, _ body: () throws(QuantizationError) -> Matrix<Float>
  ) throws(LlamaError) -> Matrix<Float> {
    do { return try body() } catch { throw .quantization(linear: name, error) }
  }
}
