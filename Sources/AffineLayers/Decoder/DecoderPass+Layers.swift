extension DecoderPass {
  /// What the blocks make of tokens that follow each other; a row each, or those that are wanted.
  package mutating func states(of tokens: [Int]) throws(Failure) -> Value {
    var x = try embed(tokens)
    if configuration.embeddingScale != 1 {
      x = try scale(x, by: configuration.embeddingScale)
    }
    if configuration.learnsPositions { try add(try places(count: tokens.count), to: &x) }
    for block in configuration.blocks.indices {
      try run(block, &x)
    }
    return x
  }

  package mutating func run(_ block: Int, _ x: inout Value) throws(Failure) {
    try layers(of: block, &x)
  }

  /// Attention and feed-forward layers of a block.
  package mutating func layers(of block: Int, _ x: inout Value) throws(Failure) {
    try attention(block, &x)
    try feedForward(block, &x)
  }

  /// The logits of states.
  package mutating func logits(of states: Value) throws(Failure) -> Value {
    let input = try norm(.norm, states)
    let logits = try configuration.isTied ? unembed(input) : linear(.head, input)
    guard let cap = configuration.logitCap else { return logits }
    return try self.cap(logits, at: cap)
  }

  private mutating func attention(_ block: Int, _ x: inout Value) throws(Failure) {
    var heads = try heads(block, norm(.blockNorm(block: block, .attention), x))
    if configuration.normalizesHeads { try normalize(&heads, block) }
    if let rule = configuration.blocks[block].rotary { try turn(&heads, by: rule) }
    let seen = try attend(heads, block)
    try add(
      output(block, .attentionOutput, linear(.linear(block: block, .output), seen)), to: &x)
  }

  private mutating func feedForward(_ block: Int, _ x: inout Value) throws(Failure) {
    let input = try norm(.blockNorm(block: block, .feedForward), x)
    let inner =
      switch configuration.activation {
      case .gelu: try activate(linear(.linear(block: block, .up), input), .gelu)
      case .silu: try activate(linear(.linear(block: block, .up), input), .silu)
      case .swiglu: try gate(block, input, .silu)
      case .geglu: try gate(block, input, .tanhGelu)
      }
    try add(
      output(block, .feedForwardOutput, linear(.linear(block: block, .down), inner)), to: &x)
  }

  /// What a layer gives to the residual stream.
  private mutating func output(
    _ block: Int, _ place: DecoderLayer.BlockNorm, _ y: Value
  ) throws(Failure) -> Value {
    try dropOut(configuration.normalizesOutputs ? norm(.blockNorm(block: block, place), y) : y)
  }
}
