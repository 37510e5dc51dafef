import AffineTraining
import Foundation

/// What `affine train` prints: one entry a run.
struct TrainingReport: Encodable {
  struct Run: Encodable {
    struct Bytes: Encodable {
      let weights, optimizer, gradients, activations: Int
    }

    let recipe: String
    let seed: UInt64
    let trainingLoss: Double
    @Nullable var validationLoss: Double?
    let curve, validation: [[Double]]
    let tokensPerSecond: Double
    let bytes: Bytes
  }

  let runs: [Run]

  init(_ records: [TrainingRecord]) {
    runs = records.map { record in
      Run(
        recipe: record.recipe, seed: record.seed, trainingLoss: record.trainingLoss,
        validationLoss: record.validationLoss,
        curve: record.curve.map { [Double($0.step), $0.loss] },
        validation: record.validation.map { [Double($0.step), $0.loss] },
        tokensPerSecond: record.tokensPerSecond,
        bytes: .init(
          weights: record.bytes.weights, optimizer: record.bytes.optimizer,
          gradients: record.bytes.gradients, activations: record.bytes.activations))
    }
  }

  /// A row a recipe: means over its seeds, and differences to float32 seed by seed.
  var table: String {
    var table = TextTable([
      "recipe", "training loss", "validation loss", "to float32", "tokens/s", "weights",
      "optimizer",
      "gradients", "activations",
    ])
    for (recipe, runs) in recipes {
      let differences = runs.compactMap { difference($0) }
      let bytes = runs.map(\.bytes)
      table.rows.append([
        recipe, mean(runs.map(\.trainingLoss)), mean(runs.compactMap(\.validationLoss)),
        recipe == "float32" || differences.isEmpty ? "" : mean(differences, signed: true),
        String(Int(runs.reduce(0) { $0 + $1.tokensPerSecond } / Double(runs.count))),
        "\(ByteCount(bytes.map(\.weights).max() ?? 0))",
        "\(ByteCount(bytes.map(\.optimizer).max() ?? 0))",
        "\(ByteCount(bytes.map(\.gradients).max() ?? 0))",
        "\(ByteCount(bytes.map(\.activations).max() ?? 0))",
      ])
    }
    return table.plain
  }

  /// The runs by recipe, in the order of their first.
  var recipes: [(name: String, runs: [Run])] {
    var order: [String] = []
    for run in runs where !order.contains(run.recipe) { order.append(run.recipe) }
    return order.map { name in (name, runs.filter { $0.recipe == name }) }
  }

  /// The loss curves, the one of float32 first.
  var plot: LinePlot {
    let ordered = recipes.sorted { $0.name == "float32" && $1.name != "float32" }
    return LinePlot(
      "Training loss", x: PlotAxis("step"), y: PlotAxis("nats a token"),
      curves: ordered.map { name, runs in
        PlotCurve(name, runs[0].curve.map { (x: $0[0], y: $0[1]) })
      }, smoothing: 0.95)
  }

  private func difference(_ run: Run) -> Double? {
    let reference = runs.first { $0.recipe == "float32" && $0.seed == run.seed }
    guard let loss = run.validationLoss, let other = reference?.validationLoss else { return nil }
    return loss - other
  }

  private func mean(_ values: [Double], signed: Bool = false) -> String {
    guard !values.isEmpty else { return "-" }
    let mean = values.reduce(0, +) / Double(values.count)
    return String(format: signed ? "%+.4f" : "%.4f", mean)
  }
}
