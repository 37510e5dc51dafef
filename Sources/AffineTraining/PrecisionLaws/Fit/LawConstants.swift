/// Where a search stands: constants at the middle of the rows, most as logarithms.
struct LawConstants {
  /// Those of ``LossObjective``.
  var loss: [Double]
  /// Those of ``DegradationObjective``; `nil` if no row is rounded.
  var post: [Double]?

  /// The law that they are.
  func law(_ centre: LawCentre, _ data: LawData, _ range: LawRange) -> PrecisionLaw {
    let (alpha, beta) = (loss[3].exponential, loss[4].exponential)
    var law = PrecisionLaw(
      parameterScale: (loss[0] + alpha * centre.parameters).exponential, parameterExponent: alpha,
      tokenScale: (loss[1] + beta * centre.tokens).exponential, tokenExponent: beta,
      irreducible: loss[2].exponential, range: range,
      source: "fitted to \(data.rows.count) rows of \(data.clusters) runs")
    let factors = (0..<3).map { part -> PrecisionLaw.Factor? in
      guard data.parts.contains(part) else { return nil }
      let place = LossObjective.place(ofPart: part)
      let gamma = loss[place + 1].exponential
      return .init(gamma: gamma, offset: loss[place] + centre.bits[part] / gamma)
    }
    (law.weights, law.activations, law.cache) = (factors[0], factors[1], factors[2])
    guard let post else { return law }
    let gamma = post[3].exponential
    let scale =
      post[0] - post[1] * centre.tokens + post[2] * centre.parameters + centre.postBits / gamma
    var degradation = PrecisionLaw.Degradation(
      scale: scale.exponential, tokenExponent: post[1], parameterExponent: post[2], gamma: gamma)
    let robustness = (0..<3).map { part in
      data.rounded.contains { $0.bits[part] != nil } ? post[4 + part].exponential : nil
    }
    (degradation.weights, degradation.activations, degradation.cache) = (
      robustness[0], robustness[1], robustness[2]
    )
    law.degradation = degradation
    return law
  }
}
