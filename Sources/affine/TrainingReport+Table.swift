extension TrainingReport {
  /// A row a recipe: means over its seeds, and the difference to float32 seed by seed.
  var table: TextTable {
    var table = TextTable([
      "recipe", "training loss", "validation loss", "to float32", "tokens/s", "weights",
      "optimizer", "gradients", "activations",
    ])
    for (name, runs) in recipes {
      let differences = name == "float32" ? [] : runs.compactMap { difference($0) }
      let bytes = runs.map(\.bytes)
      func largest(_ part: KeyPath<Run.Bytes, Int>) -> String {
        "\(ByteCount(bytes.map { $0[keyPath: part] }.max() ?? 0))"
      }
      table.rows.append([
        name, mean(runs.map(\.trainingLoss)), mean(runs.compactMap(\.validationLoss)),
        differences.isEmpty ? "" : spread(differences),
        String(Int(runs.reduce(0) { $0 + $1.tokensPerSecond } / Double(runs.count))),
        largest(\.weights), largest(\.optimizer), largest(\.gradients), largest(\.activations),
      ])
    }
    return table
  }

  private func mean(_ values: [Double]) -> String {
    values.isEmpty ? "-" : (values.reduce(0, +) / Double(values.count)).fixed(4)
  }

  /// The mean, and between which values it lies.
  private func spread(_ values: [Double]) -> String {
    let mean = (values.reduce(0, +) / Double(values.count)).fixed(4, signed: true)
    guard values.count > 1, let low = values.min(), let high = values.max() else { return mean }
    return mean + " (\(low.fixed(4, signed: true))…\(high.fixed(4, signed: true)))"
  }
}
