import AffineBench

/// Results beside those of a saved run.
struct BenchComparison {
  private let older: [BenchmarkResult.Key: BenchmarkResult]

  /// Reads what `--format json` wrote: one document, or a line for each combination.
  ///
  /// - Throws: ``Failure`` and ``FileError``.
  init(path: String) throws {
    let lines = try documents(BenchmarkResult.self, from: path, "benchmark")
    // Where a combination was measured twice the later one counts.
    older = Dictionary(lines.map { ($0.key, $0) }) { $1 }
  }

  /// The table of results, and what changed in a sentence.
  func text(_ results: [BenchmarkResult]) -> String {
    let pairs = results.compactMap { now in older[now.key].map { (now, now.compared(with: $0)) } }
    let changed = pairs.filter(\.1.isChange)
    let slower = changed.count { $0.1.ratio > 1 }
    let missing = results.count - pairs.count
    let sentence =
      "\(slower) slower, \(changed.count - slower) faster, \(pairs.count - changed.count) the same within "
      + "the spread of their rounds" + (missing > 0 ? ", \(missing) not in the older run" : "")
    return "\(results.table(comparedWith: older).plain)\n\n\(sentence)."
  }
}

extension [BenchmarkResult] {
  /// A line for each.
  var table: TextTable { table(comparedWith: nil) }

  func table(comparedWith older: [BenchmarkResult.Key: BenchmarkResult]?) -> TextTable {
    var table = TextTable(
      [
        "weights", "activations", "threads", "m", "k", "n", "ms", "rounds", first?.unit ?? "GOP/s",
        "of peak", "GB/s", "of reading",
      ]
        + (older == nil ? ["kernel"] : ["before, ms", "time", ""]))
    for result in self {
      let spread = result.spread
      table.rows.append(
        [
          result.weights, result.activations, "\(result.threads)", "\(result.m)", "\(result.k)",
          "\(result.n)", (result.medianSeconds * 1e3).significant(3),
          "\((spread.lowerBound * 1e3).significant(3))…\((spread.upperBound * 1e3).significant(3))",
          result.gops.short, result.fractionOfPeak.map(\.percent) ?? "-",
          result.gigabytesPerSecond.short, result.fractionOfReading.map(\.percent) ?? "-",
        ] + (older.map { Self.change(result, $0[result.key]) } ?? [result.kernel ?? "-"]))
    }
    return table
  }

  /// The older time, the time as a part of it, and a word where that is a change.
  private static func change(_ now: BenchmarkResult, _ before: BenchmarkResult?) -> [String] {
    guard let before else { return ["-", "-", "new"] }
    let (ratio, isChange) = now.compared(with: before)
    return [
      (before.medianSeconds * 1e3).significant(3), "× \(ratio.fixed(2))",
      isChange ? (ratio > 1 ? "slower" : "faster") : "",
    ]
  }
}
