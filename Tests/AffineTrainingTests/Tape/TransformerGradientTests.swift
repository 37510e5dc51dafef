import AffineTraining
import Testing

@Suite struct TransformerGradientTests {
  static let pairs = TransformerShape.Norm.allCases.flatMap { norm in
    TransformerShape.Activation.allCases.map { (norm, $0) }
  }
  static let ends = TransformerShape.Positions.allCases.flatMap { positions in
    [(positions, false), (positions, true)]
  }

  /// All parameters of all models that there are.
  @Test(arguments: pairs, ends) func gradientsOfAllParameters(
    pair: (TransformerShape.Norm, TransformerShape.Activation),
    end: (TransformerShape.Positions, Bool)
  ) throws {
    let shape = ModelCheck.shape(pair.0, pair.1, end.0, isTied: end.1)
    for seed in [1, 2] as [UInt64] { try ModelCheck(shape, seed: seed)(seed: seed) }
  }
}
