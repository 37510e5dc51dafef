import AffineFormats
import AffineTraining

extension TrainingReport {
  /// A row a recipe: means over its seeds, and the difference to float32 seed by seed.
  var table: TextTable {
    let hasBases = runs.contains { $0.base != nil }
    var table = TextTable(
      ["recipe", "training loss", "validation loss", "to float32"]
        + (hasBases ? ["to float base"] : [])
        + [
          "tokens/s", "weights", "master weights", "optimizer", "gradients", "activations",
          "peak memory",
        ])
    for (name, runs) in recipes {
      let differences = name == "float32" ? [] : runs.compactMap { difference($0) }
      let bytes = runs.map(\.bytes)
      let toFloats = runs.compactMap { run in
        run.nameWithFloats.flatMap { difference(run, to: $0) }
      }
      func largest(_ values: [Int]) -> String { values.max().map { "\(ByteCount($0))" } ?? "" }
      table.rows.append(
        [
          name, mean(runs.map(\.trainingLoss)), mean(runs.compactMap(\.validationLoss)),
          differences.isEmpty ? "" : spread(differences),
        ] + (hasBases ? [toFloats.isEmpty ? "" : spread(toFloats)] : []) + [
          (runs.reduce(0) { $0 + $1.tokensPerSecond } / Double(runs.count)).fixed(0),
          largest(bytes.map(\.weights)), largest(bytes.compactMap(\.masterWeights)),
          largest(bytes.map(\.optimizer)), largest(bytes.map(\.gradients)),
          largest(bytes.map(\.activations)), largest(runs.compactMap(\.peakResidentBytes)),
        ])
    }
    return table
  }

  /// What became of documents, what ranks sent, and what the exports lost and hold.
  var notes: [String] { documents + runs.compactMap(\.traffic) + mergings + exports }

  /// A sentence for all runs of the same documents.
  private var documents: [String] {
    var sentences: [String] = []
    for case let documents? in runs.map(\.documents) {
      let sentence =
        "\(documents.count) documents, of which \(documents.cut) are longer than a window and were cut; "
        + "\(documents.taughtTokens) tokens are taught, and \(documents.filledPart.percent) of the windows is filled"
      if !sentences.contains(sentence) { sentences.append(sentence) }
    }
    return sentences
  }

  private var exports: [String] {
    runs.compactMap(\.export).map { export in
      let types = export.types.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      let before = export.bytesBefore.map { ", from \(ByteCount($0))" } ?? ""
      let counts = types.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      return "\(export.file): \(ByteCount(export.bytes))\(before); tensors: \(counts)"
        .escapingControls
    }
  }

  private var mergings: [String] {
    runs.compactMap { run in
      run.merging.map {
        "\(run.name), adapters merged for the export: validation loss \($0.before.fixed(4)) before, "
          + "\($0.after.fixed(4)) after"
      }
    }
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
