/// A recipe that cannot be followed.
public enum RecipeError: Error, Hashable {
  /// A combination that no product can compute.
  case impossible(plan: String, reason: String)
  /// A recipe that follows the training of weights, where adapters leave them as they are.
  case besideFrozenWeights(recipe: String, reason: String)
  /// A name that is none of ``Recipe/named``.
  case unknown(String, known: [String])
}

extension RecipeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .impossible(let plan, let reason): "\(plan) cannot be computed: \(reason)"
    case .besideFrozenWeights(let recipe, let reason):
      "\(recipe) cannot be followed with adapters, beside which weights stay as they are: \(reason)"
    case .unknown(let name, let known):
      "there is no recipe \(name); there are \(known.joined(separator: ", "))"
    }
  }
}
