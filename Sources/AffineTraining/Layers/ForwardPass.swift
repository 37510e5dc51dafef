internal import AffineQuant

/// What the layers of a model share while they compute: the tape, and the parameters on it.
struct ForwardPass {
  let tape: Tape
  let variables: [Variable]
  let recipe: Recipe

  subscript(parameter: Int) -> Variable { variables[parameter] }
}
