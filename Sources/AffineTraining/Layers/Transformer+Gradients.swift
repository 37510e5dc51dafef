internal import AffineLayers
public import AffineQuant

extension Transformer {
  /// The loss, and its gradient by each parameter; `nil` for those that it does not depend on, and for
  /// those that are frozen.
  ///
  /// - Parameters:
  ///   - inputs: Tokens of whole sequences, one after another.
  ///   - targets: The token after each; −1 does not count.
  ///   - sequence: Tokens of a sequence.
  ///   - recipe: What linear layers follow.
  ///   - weight: What gradients are multiplied with.
  ///   - tape: An empty tape; it is empty afterwards.
  /// - Returns: Nats a token or a pair of texts, and the gradients in the order of the parameters, each in the
  ///   shape of its parameter.
  /// - Throws: ``TrainingError``: as ``loss(_:targets:sequence:recipe:on:)``, and gradients that are not
  ///   finite.
  public func gradients(
    _ inputs: [Int], targets: [Int], sequence: Int, recipe: Recipe, weight: Float = 1, on tape: Tape
  ) throws(TrainingError) -> (loss: Double, gradients: [Matrix<Float>?]) {
    guard sequence >= 1, inputs.count.isMultiple(of: sequence) else {
      throw .model("\(inputs.count) tokens are not whole sequences of \(sequence)")
    }
    let lengths = [Int](repeating: sequence, count: inputs.count / sequence)
    return try gradients(
      TokenBatch(inputs: inputs, targets: targets, lengths: lengths), recipe: recipe,
      weight: weight, on: tape)
  }

  /// The same of sequences that differ in length.
  ///
  /// - Parameters:
  ///   - batch: Sequences, one after another, with their targets.
  ///   - recipe: What linear layers follow.
  ///   - weight: What gradients are multiplied with.
  ///   - tape: An empty tape; it is empty afterwards.
  /// - Returns: Nats a token or a pair of texts, and the gradients in the order of the parameters, each in the
  ///   shape of its parameter.
  /// - Throws: As above.
  public func gradients(
    _ batch: TokenBatch, recipe: Recipe, weight: Float = 1, on tape: Tape
  ) throws(TrainingError) -> (loss: Double, gradients: [Matrix<Float>?]) {
    var gradients = [Matrix<Float>?](repeating: nil, count: parameters.count)
    let loss = try self.gradients(batch, recipe: recipe, weight: weight, on: tape) {
      parameter, gradient in gradients[parameter] = gradient
    }
    return (loss, gradients)
  }

  /// The same, each gradient lent as soon as the backward pass adds nothing to it any more.
  func gradients(
    _ batch: TokenBatch, recipe: Recipe, weight: Float, on tape: Tape,
    from shards: ParameterShards? = nil,
    whenReady ready: (_ parameter: Int, _ gradient: Matrix<Float>) throws(TrainingError) -> Void
  ) throws(TrainingError) -> Double {
    let loss = try loss(batch, recipe: recipe, on: tape, from: shards)
    // What is not finite cannot be quantized on its way back; the caller judges it.
    guard loss.mean.isFinite else { return loss.mean }
    var places: [Int: Int] = [:]
    for (index, variable) in loss.parameters.enumerated() {
      if let node = variable.node { places[node] = index }
    }
    let root = StoredMatrix.float32(.scalar(weight))
    try tape.gradients(of: loss.root, root) { node, gradient throws(TrainingError) in
      guard let place = places[node] else { return }
      try ready(place, gradient.floats(on: tape.execution))
    }
    return loss.mean
  }

  /// Bytes of all parameters.
  public var byteCount: Int { parameters.reduce(0) { $0 + $1.value.byteCount } }

  /// Bytes of the float32 weights that a recipe multiplies as something else.
  func masterByteCount(_ recipe: Recipe) -> Int {
    guard recipe.forward.right != .float else { return 0 }
    return linearLayers.reduce(0) { total, layer in
      guard case .float32 = parameters[layer.weight].value else { return total }
      return total + parameters[layer.weight].value.byteCount
    }
  }

  /// Values of all parameters.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.count } }

  /// Values of all parameters but the tables of tokens and places and the head.
  public var nonEmbeddingParameterCount: Int {
    let tables = [DecoderLayer.embedding, .positions, .head].map { DecoderTensor.weight($0).name }
    return parameters.reduce(0) { $0 + (tables.contains($1.name) ? 0 : $1.shape.count) }
  }

  /// Gives trained steps that are still 0 the values that fit a batch, and those of a checkpoint the
  /// same treatment: none of them decays, and each learns by its own size.
  mutating func measureSteps(
    _ batch: TokenBatch, _ recipe: Recipe, on tape: Tape
  ) throws(TrainingError) {
    _ = try loss(batch, recipe: recipe, on: tape)
    for layer in linearLayers {
      guard let steps = layer.steps else { continue }
      let found = tape.measuredSteps[layer.name]
      for (index, measured) in [(steps.input, found?.input), (steps.weight, found?.weight)] {
        var step = parameters[index].value.floats()[0, 0]
        if step <= 0, let measured { step = measured }
        parameters[index].value = .float32(.scalar(step))
        parameters[index].decays = false
        // A step of the optimizer moves it by a part of itself, as a step of its logarithm would.
        if !parameters[index].isFrozen { parameters[index].learningRateFactor = step }
      }
    }
  }
}
