internal import AffineLayers
internal import AffineQuant

/// A pass of whole sequences through the layers of a decoder or an encoder, over a tape.
struct TapePass: DecoderPass {
  typealias Value = Variable
  typealias Failure = TrainingError

  /// Queries and keys as they are by now, and what the values will be made of.
  struct Heads {
    var query, key: Variable
    let input: Variable
  }

  let model: Transformer
  let tape: Tape
  /// The parameters of the model; those that other ranks keep hold nothing.
  var variables: [Variable]
  /// Where layers get them; `nil`: all are here.
  var shards: ParameterShards?
  let recipe: Recipe
  /// Tokens of each sequence.
  let lengths: [Int]

  var configuration: DecoderConfiguration { model.configuration }

  /// Saves the block's input alone where the tape is told to, and where parameters are here for a moment only.
  func run(_ block: Int, _ x: inout Variable) throws(TrainingError) {
    let places = model.parameters(ofBlock: block)
    guard tape.isTraining, tape.recomputesBlocks || shards != nil else {
      let given = try shards?.values(places, of: model.parameters).map { Variable($0) }
      var pass = given.map { with($0, at: places, on: tape) } ?? self
      return try pass.layers(of: block, &x)
    }
    var fetch: (() throws(TrainingError) -> [StoredMatrix])?
    if let shards {
      fetch = { () throws(TrainingError) in try shards.values(places, of: model.parameters) }
    }
    x = try tape.recomputed(x, places.map { variables[$0] }, fetching: fetch) {
      tape, input, parameters throws(TrainingError) in
      var (pass, x) = (with(parameters, at: places, on: tape), input)
      try pass.layers(of: block, &x)
      return x
    }
  }

  /// The same with some parameters here.
  private func with(_ parameters: [Variable], at places: [Int], on tape: Tape) -> TapePass {
    var variables = variables
    for (place, parameter) in zip(places, parameters) { variables[place] = parameter }
    return TapePass(
      model: model, tape: tape, variables: variables, shards: nil, recipe: recipe,
      lengths: lengths)
  }

  func embed(_ tokens: [Int]) throws(TrainingError) -> Variable {
    try tape.embedding(try parameter(.weight(.embedding)), tokens)
  }

  func places(of tokens: [Int]) throws(TrainingError) -> Variable {
    try tape.embedding(
      try parameter(.weight(.positions)), configuration.places(of: tokens, lengths: lengths))
  }

  func scale(_ x: Variable, by factor: Float) -> Variable { tape.scale(x, by: factor) }

  func cap(_ x: Variable, at cap: Float) -> Variable { tape.cap(x, at: cap) }

  func norm(_ layer: DecoderLayer, _ x: Variable) throws(TrainingError) -> Variable {
    let weight = try parameter(.weight(layer))
    let bias = configuration.hasBias(layer) ? try parameter(.bias(layer)) : nil
    return try tape.norm(
      configuration.norm, x,
      weight: configuration.normOffset == 0
        ? weight : tape.shift(weight, by: configuration.normOffset),
      bias: bias, epsilon: configuration.normEpsilon,
      // What an encoder's norms give is added to, too.
      flows: configuration.encoder == nil && layer.isReadByLinears, name: layer.name)
  }

  func linear(_ layer: DecoderLayer, _ x: Variable) throws(TrainingError) -> Variable {
    // The head computes in float32.
    guard let linear = model.linears[layer] else {
      return try tape.linear(x, try parameter(.weight(layer)), name: layer.name)
    }
    let input = recipe.normalizesInputs ? try tape.norm(.rms, x) : x
    var output = try tape.linear(
      input, variables[linear.weight], recipe: recipe,
      steps: linear.steps.map { (variables[$0.input], variables[$0.weight]) },
      name: layer.name)
    if let bias = linear.bias { output = try tape.add(output, row: variables[bias]) }
    guard let adapter = model.adapters?.layers[linear.weight] else { return output }
    return try tape.add(output, try adapter(input, layer.name, self))
  }

  func unembed(_ x: Variable) throws(TrainingError) -> Variable {
    try tape.linear(x, try parameter(.weight(.embedding)), name: DecoderLayer.head.name)
  }

  func activate(
    _ x: Variable, _ function: DecoderConfiguration.Function
  ) throws(TrainingError) -> Variable {
    switch function {
    case .gelu: try tape.gelu(x)
    case .silu: try tape.silu(x)
    case .tanhGelu: try tape.tanhGelu(x)
    }
  }

  func gate(
    _ block: Int, _ x: Variable, _ function: DecoderConfiguration.Function
  ) throws(TrainingError) -> Variable {
    let up = try linear(.linear(block: block, .up), x)
    let gate = try linear(.linear(block: block, .gate), x)
    return switch function {
    case .silu: try tape.swiglu(gate: gate, up: up)
    case .tanhGelu: try tape.geglu(gate: gate, up: up)
    case .gelu: preconditionFailure("no gate opens by this function")
    }
  }

  func dropOut(_ y: Variable) throws(TrainingError) -> Variable {
    try tape.dropout(y, probability: model.dropout)
  }

  func add(_ y: Variable, to x: inout Variable) throws(TrainingError) {
    x = try tape.add(x, y)
  }

  func parameter(_ tensor: DecoderTensor) throws(TrainingError) -> Variable {
    guard let place = model.places[tensor] else { preconditionFailure("no '\(tensor.name)'") }
    guard let shards else { return variables[place] }
    let value = try shards.values([place], of: model.parameters)[0]
    return Variable(value: value, node: variables[place].node)
  }
}

extension TapePass {
  func heads(_ block: Int, _ x: Variable) throws(TrainingError) -> Heads {
    Heads(
      query: try linear(.linear(block: block, .query), x),
      key: try linear(.linear(block: block, .key), x), input: x)
  }

  func normalize(_ heads: inout Heads, _ block: Int) throws(TrainingError) {
    heads.query = try normalize(heads.query, .blockNorm(block: block, .query))
    heads.key = try normalize(heads.key, .blockNorm(block: block, .key))
  }

  func turn(_ heads: inout Heads, by rule: RotaryRule) throws(TrainingError) {
    heads.query = try tape.rotary(
      heads.query, heads: configuration.heads, lengths: lengths, rule)
    heads.key = try tape.rotary(
      heads.key, heads: configuration.keyValueHeads, lengths: lengths, rule)
  }

  func attend(_ heads: Heads, _ block: Int) throws(TrainingError) -> Variable {
    var key = heads.key
    var value = try linear(.linear(block: block, .value), heads.input)
    if let cache = recipe.cache {
      let layer = { DecoderLayer.linear(block: block, $0).name }
      key = try tape.rounded(key, as: cache, name: layer(.key))
      value = try tape.rounded(value, as: cache, name: layer(.value))
    }
    return try tape.attention(
      heads.query, key, value, heads: configuration.heads,
      keyValueHeads: configuration.keyValueHeads, lengths: lengths,
      configuration.scoreRule(block), isCausal: configuration.encoder == nil,
      precision: recipe.precision)
  }

  private func normalize(
    _ x: Variable, _ layer: DecoderLayer
  ) throws(TrainingError) -> Variable {
    let weight = try parameter(.weight(layer))
    let rows = tape.reshaped(
      x, Shape(x.shape.count / configuration.headSize, configuration.headSize))
    let normal = try tape.norm(
      .rms, rows,
      weight: configuration.normOffset == 0
        ? weight : tape.shift(weight, by: configuration.normOffset),
      epsilon: configuration.normEpsilon, flows: false, name: layer.name)
    return tape.reshaped(normal, x.shape)
  }
}

extension DecoderLayer {
  /// Whether linear layers that follow a recipe read what the norm gives.
  fileprivate var isReadByLinears: Bool {
    switch self {
    case .blockNorm(_, .attention), .blockNorm(_, .feedForward): true
    default: false
    }
  }
}
