extension DecoderPass {
  /// What the blocks make of tokens that follow each other; a row each, or those that are wanted.
  package mutating func states(of tokens: [Int]) throws(Failure) -> Value {
    var x = try embed(tokens)
    if configuration.embeddingScale != 1 {
      x = try scale(x, by: configuration.embeddingScale)
    }
    if configuration.learnsPositions { try add(try places(of: tokens), to: &x) }
    if configuration.encoder != nil { x = try norm(.norm, x) }
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
    guard configuration.encoder == nil else { return try encoderLayers(of: block, &x) }
    try add(attended(block, norm(.blockNorm(block: block, .attention), x)), to: &x)
    try add(fedForward(block, norm(.blockNorm(block: block, .feedForward), x)), to: &x)
  }

  /// The same with the norms after the sums: what the layers read is added to what they give.
  private mutating func encoderLayers(of block: Int, _ x: inout Value) throws(Failure) {
    let before = block == 0 ? DecoderLayer.norm : .blockNorm(block: block - 1, .feedForward)
    let middle = DecoderLayer.blockNorm(block: block, .attention)
    var sum = restored(x, of: before)
    try add(attended(block, x), to: &sum)
    x = try norm(middle, sum)
    sum = restored(x, of: middle)
    try add(fedForward(block, x), to: &sum)
    x = try norm(.blockNorm(block: block, .feedForward), sum)
  }

  /// The logits of states.
  package mutating func logits(of states: Value) throws(Failure) -> Value {
    let input = try lastNorm(states)
    let logits = try configuration.isTied ? unembed(input) : linear(.head, input)
    guard let cap = configuration.logitCap else { return logits }
    return try self.cap(logits, at: cap)
  }

  /// What the head reads of states; an encoder's are normalized.
  package mutating func lastNorm(_ states: Value) throws(Failure) -> Value {
    configuration.encoder == nil ? try norm(.norm, states) : states
  }

  /// What attention adds to a block, from what it reads.
  private mutating func attended(_ block: Int, _ input: Value) throws(Failure) -> Value {
    var heads = try heads(block, input)
    if configuration.normalizesHeads { try normalize(&heads, block) }
    if let rule = configuration.blocks[block].rotary { try turn(&heads, by: rule) }
    let seen = try attend(heads, block)
    return try output(block, .attentionOutput, linear(.linear(block: block, .output), seen))
  }

  /// What the feed-forward layers add to a block, from what they read.
  private mutating func fedForward(_ block: Int, _ input: Value) throws(Failure) -> Value {
    let inner =
      switch configuration.activation {
      case .gelu: try activate(linear(.linear(block: block, .up), input), .gelu)
      case .silu: try activate(linear(.linear(block: block, .up), input), .silu)
      case .swiglu: try gate(block, input, .silu)
      case .geglu: try gate(block, input, .tanhGelu)
      }
    return try output(block, .feedForwardOutput, linear(.linear(block: block, .down), inner))
  }

  /// What a layer gives to the residual stream.
  private mutating func output(
    _ block: Int, _ place: DecoderLayer.BlockNorm, _ y: Value
  ) throws(Failure) -> Value {
    try dropOut(configuration.normalizesOutputs ? norm(.blockNorm(block: block, place), y) : y)
  }
}
