internal import AffineQuant

/// What the layers of a model share while they compute: the tape, and the parameters on it.
struct ForwardPass {
  let tape: Tape
  let variables: [Variable]
  let recipe: Recipe
  /// By the place of a frozen weight.
  let adapters: [Int: LowRankAdapter]

  subscript(parameter: Int) -> Variable { variables[parameter] }
}
