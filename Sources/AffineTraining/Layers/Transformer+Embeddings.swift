internal import AffineLayers
internal import AffineQuant

extension Transformer {
  /// What cosines are divided by before the softmax (Gao et al., SimCSE, arXiv 2104.08821).
  static let temperature: Float = 0.05
  /// What keeps a row of zeros from a division by zero: nothing beside the mean square of any other.
  static let smallestSquare: Float = 1e-24

  /// The last hidden states of whole sequences, a row a token, one sequence's after another's.
  ///
  /// - Parameters:
  ///   - sequences: Tokens.
  ///   - recipe: What linear layers follow.
  ///   - tape: Where everything is recorded.
  /// - Returns: Tokens × width: what a head would read.
  /// - Throws: ``TrainingError``: sequences that are empty or too long, tokens that there are not.
  package func states(
    of sequences: [[Int]], recipe: Recipe, on tape: Tape
  ) throws(TrainingError) -> Variable {
    try states(of: TokenBatch(sequences), recipe, tape, nil).states
  }

  /// The mean negative log-likelihood of the second text of each pair among the seconds of all pairs, by the
  /// cosines of their embeddings with the first: the contrastive loss of SimCSE and of sentence-transformers.
  func contrastiveLoss(
    _ states: Variable, _ batch: TokenBatch, _ precision: Precision, on tape: Tape
  ) throws(TrainingError) -> (mean: Double, variable: Variable) {
    let pairs = try batch.pairs()
    let means = try tape.means(states, lengths: batch.lengths)
    // Of the length √width, so that products are cosines times the width.
    let embeddings = try tape.norm(
      .rms, means, epsilon: Self.smallestSquare, flows: false, name: "embeddings")
    let firsts = tape.scale(
      try tape.embedding(embeddings, pairs.map(\.first)),
      by: 1 / (Self.temperature * Float(configuration.width)))
    return try tape.crossEntropy(
      firsts, head: try tape.embedding(embeddings, pairs.map(\.second)),
      targets: Array(pairs.indices), precision: precision)
  }
}
