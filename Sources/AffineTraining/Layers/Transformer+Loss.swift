internal import AffineLayers

/// A loss, and where its gradient starts and ends.
public struct TransformerLoss {
  /// Nats a token, or a pair.
  public let mean: Double
  let root: Variable
  let parameters: [Variable]
}

extension Transformer {
  /// The mean negative log-likelihood of targets.
  ///
  /// - Parameters:
  ///   - inputs: Tokens of whole sequences, one after another.
  ///   - targets: The token after each; −1 does not count.
  ///   - sequence: Tokens of a sequence, at most the configuration's context.
  ///   - recipe: What linear layers follow.
  ///   - tape: Where everything is recorded.
  /// - Returns: The mean, and where its gradient starts and ends.
  /// - Throws: ``TrainingError``: tokens that there are not, sequences that are too long, values that are
  ///   not finite.
  public func loss(
    _ inputs: [Int], targets: [Int], sequence: Int, recipe: Recipe, on tape: Tape
  ) throws(TrainingError) -> TransformerLoss {
    guard sequence >= 1, inputs.count.isMultiple(of: sequence) else {
      throw .model("\(inputs.count) tokens are not whole sequences of \(sequence)")
    }
    let lengths = [Int](repeating: sequence, count: inputs.count / sequence)
    return try loss(
      TokenBatch(inputs: inputs, targets: targets, lengths: lengths), recipe: recipe, on: tape)
  }

  /// The same of sequences that differ in length.
  ///
  /// Logits are never held whole: a slice of rows becomes a part of the loss and of its gradient, so that a
  /// large vocabulary costs the memory of a slice. Where a batch has labels, the loss is that of finding the second text
  /// of each pair among the seconds of all, by cosines of an encoder's embeddings over 0.05 (arXiv 2104.08821).
  ///
  /// - Parameters:
  ///   - batch: The tokens and their targets.
  ///   - recipe: What linear layers follow.
  ///   - tape: Where everything is recorded.
  /// - Returns: The mean over targets, or pairs, that count, and where its gradient starts and ends.
  /// - Throws: ``TrainingError``, as above; labels of a decoder, or that are not each of two sequences.
  public func loss(
    _ batch: TokenBatch, recipe: Recipe, on tape: Tape
  ) throws(TrainingError) -> TransformerLoss {
    try loss(batch, recipe: recipe, on: tape, from: nil)
  }

  /// The same, with parameters that several ranks keep.
  func loss(
    _ batch: TokenBatch, recipe: Recipe, on tape: Tape, from shards: ParameterShards?
  ) throws(TrainingError) -> TransformerLoss {
    let (pass, states) = try states(of: batch, recipe, tape, shards)
    let loss =
      if batch.labels != nil {
        try contrastiveLoss(states, batch, recipe.precision, on: tape)
      } else {
        try tape.crossEntropy(
          states, head: try pass.parameter(.weight(configuration.isTied ? .embedding : .head)),
          cap: configuration.logitCap, targets: batch.targets, precision: recipe.precision)
      }
    return TransformerLoss(mean: loss.mean, root: loss.variable, parameters: pass.variables)
  }

  /// What a head reads of the tokens of a batch.
  func states(
    of batch: TokenBatch, _ recipe: Recipe, _ tape: Tape, _ shards: ParameterShards?
  ) throws(TrainingError) -> (pass: TapePass, states: Variable) {
    try check(batch)
    let variables = parameters.map { $0.isFrozen ? Variable($0.value) : tape.input($0.value) }
    var pass = TapePass(
      model: self, tape: tape, variables: variables, shards: shards, recipe: recipe,
      lengths: batch.lengths)
    let states = try pass.lastNorm(try pass.states(of: batch.inputs))
    return (pass, states)
  }

  private func check(_ batch: TokenBatch) throws(TrainingError) {
    let (context, vocabulary) = (configuration.context, configuration.vocabulary)
    let (inputs, targets, lengths) = (batch.inputs, batch.targets, batch.lengths)
    for length in lengths where !(1...context).contains(length) {
      throw .model("a sequence of \(length) tokens does not fit a context of \(context)")
    }
    guard batch.labels == nil || configuration.encoder != nil else {
      throw .model("a decoder has no embeddings of texts to compare")
    }
    guard inputs.count == targets.count, !inputs.isEmpty, lengths.reduce(0, +) == inputs.count
    else {
      throw .model(
        "\(inputs.count) tokens and \(targets.count) targets are not \(lengths.count) sequences of "
          + "\(lengths.reduce(0, +)) together")
    }
    for token in inputs where token < 0 || token >= vocabulary {
      throw .model("token \(token) is outside a vocabulary of \(vocabulary)")
    }
    for token in targets where token < -1 || token >= vocabulary {
      throw .model("target \(token) is outside a vocabulary of \(vocabulary)")
    }
  }
}
