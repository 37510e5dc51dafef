internal import AffineLayers

/// A loss, and where its gradient starts and ends.
public struct TransformerLoss {
  /// Nats a token.
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
    try check(inputs, targets, sequence)
    let variables = parameters.map { $0.isFrozen ? Variable($0.value) : tape.input($0.value) }
    var pass = TapePass(
      model: self, tape: tape, variables: variables, recipe: recipe, sequence: sequence)
    let logits = try pass.logits(of: try pass.states(of: inputs))
    let loss = try tape.crossEntropy(logits, targets: targets)
    return TransformerLoss(mean: loss.mean, root: loss.variable, parameters: variables)
  }

  private func check(_ inputs: [Int], _ targets: [Int], _ sequence: Int) throws(TrainingError) {
    let (context, vocabulary) = (configuration.context, configuration.vocabulary)
    guard sequence >= 1, sequence <= context, inputs.count.isMultiple(of: sequence),
      inputs.count == targets.count, !inputs.isEmpty
    else {
      throw .model(
        "\(inputs.count) tokens and \(targets.count) targets are not whole sequences of \(sequence), "
          + "at most \(context)")
    }
    for token in inputs where token < 0 || token >= vocabulary {
      throw .model("token \(token) is outside a vocabulary of \(vocabulary)")
    }
    for token in targets where token < -1 || token >= vocabulary {
      throw .model("target \(token) is outside a vocabulary of \(vocabulary)")
    }
  }
}
