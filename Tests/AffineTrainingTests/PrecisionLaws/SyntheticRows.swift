import AffineTestSupport
import AffineTraining
import Foundation

/// Rows that follow a law, with noise.
struct SyntheticRows {
  /// The published law, with constants of robustness that are made up.
  static let law: PrecisionLaw = {
    var law = PrecisionLaw.published
    law.degradation?.weights = 0.4
    law.degradation?.activations = 0.6
    law.degradation?.cache = 0.9
    return law
  }()

  /// The grid of the paper: each part alone, all together, rounded after training. Noise is a standard
  /// deviation, in nats of every row, or in parts of the loss of a run and of what rounding adds to it.
  static func rows(
    noise: Double = 0, runNoise: Double = 0, seed: UInt64 = 0, isRounded: Bool = true
  ) throws -> [LawRow] {
    var random = SplitMix64(seed: seed)
    func normal() -> Double {
      let (u, v) = (
        Double.random(in: 0x1p-53..<1, using: &random), Double.random(in: 0..<1, using: &random)
      )
      return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
    var precisions = [LawPrecision.float]
    for bits in [3, 4, 5, 6, 7, 8, 12] as [Double] {
      precisions.append(LawPrecision(weightBits: bits))
      if bits == 3 { continue }
      precisions.append(LawPrecision(activationBits: bits))
      precisions.append(LawPrecision(cacheBits: bits))
      if bits < 7 { precisions.append(LawPrecision(bits)) }
    }
    var rows: [LawRow] = []
    for parameters in [30e6, 60e6, 110e6, 220e6] {
      for tokens in [1.5e9, 3e9, 6e9, 13e9, 26e9] {
        for (index, precision) in precisions.enumerated() {
          let least = precision.weightBits ?? precision.activationBits ?? precision.cacheBits ?? 16
          let factor = 1 + runNoise * normal()
          for post in [nil, 3, 4, 5, 6] as [Double?] {
            if let post, !isRounded || post >= least { continue }
            let truth = try law.predict(
              parameters: parameters, tokens: tokens, precision: precision, postBits: post)
            let added = truth.degradation * (1 + runNoise * normal())
            let loss = (truth.loss - truth.degradation) * factor + added
            rows.append(
              LawRow(
                parameters: parameters, tokens: tokens, precision: precision, postBits: post,
                loss: loss + noise * normal(),
                run: "\(parameters)-\(tokens)-\(index)"))
          }
        }
      }
    }
    return rows
  }
}
