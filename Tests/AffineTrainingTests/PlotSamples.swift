import AffinePlots
import AffineTestSupport
import AffineTraining
import Foundation

extension LinePlot {
  /// Curves that fall as losses do, with noise.
  static func losses(curves: Int, points: Int, smoothing: Double? = 0.95) -> LinePlot {
    let names = [
      "float32", "bfloat16, stochastic", "int8 rows", "int8 rows, stochastic", "int4 groups of 32",
      "float8 e4m3", "int8 blocks", "ternary", "nf4 adapters", "int8 weights, 8-bit AdamW",
    ]
    var random = SplitMix64(seed: 8)
    return LinePlot(
      "Loss of a small transformer on Persuasion", x: PlotAxis("training step"),
      y: PlotAxis("loss, nats a character"),
      curves: (0..<curves).map { index in
        PlotCurve(
          names[index % 10],
          (0..<points).map { step in
            let t = 1000 * Double(step) / Double(points)
            let noise = Double.random(in: -0.09...0.09, using: &random)
            return (t, 1.4 + 0.03 * Double(index) + 3 * exp(-t / 120) + 0.5 * exp(-t / 600) + noise)
          })
      }, smoothing: smoothing)
  }
}
