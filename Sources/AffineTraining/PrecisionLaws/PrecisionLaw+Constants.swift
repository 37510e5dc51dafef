extension PrecisionLaw {
  /// Every constant that the law has, by the name that tables and JSON give it.
  public var constants: [(name: String, value: Double)] {
    var constants = [
      ("A", parameterScale), ("alpha", parameterExponent), ("B", tokenScale),
      ("beta", tokenExponent), ("E", irreducible),
    ]
    for (part, factor) in zip(Self.parts, factors) {
      guard let factor else { continue }
      constants += [("gamma" + part, factor.gamma), ("offset" + part, factor.offset)]
    }
    guard let post = degradation else { return constants }
    constants += [
      ("postScale", post.scale), ("gammaTokens", post.tokenExponent),
      ("gammaParameters", post.parameterExponent), ("gammaPost", post.gamma),
    ]
    for (part, constant) in zip(Self.parts, post.robustness) {
      if let constant { constants.append(("robustness" + part, constant)) }
    }
    return constants
  }

  static let parts = ["Weights", "Activations", "Cache"]

  /// Refuses constants that no loss follows, as a file may hold them.
  ///
  /// - Throws: ``LawError/constant(_:_:)``.
  public func validate() throws(LawError) {
    for (name, value) in constants {
      // Exponents of rounding and offsets may have any sign.
      let isFree = name.hasPrefix("offset") || ["gammaTokens", "gammaParameters"].contains(name)
      guard value.isFinite, isFree || value > 0 || (name == "E" && value == 0) else {
        throw .constant(name, value)
      }
    }
    for value in [range.parameters, range.tokens] where !(value.lowerBound > 0) {
      throw .constant("range", value.lowerBound)
    }
  }
}

extension PrecisionLaw.Degradation {
  /// C of weights, activations and cache.
  var robustness: [Double?] { [weights, activations, cache] }
}
