import AffineBench
import AffineFormats

extension CoverageReport {
  /// One line for all cells of an operation, activations and kernel; or, of all, one for each cell.
  func table(all: Bool) -> TextTable {
    var table = TextTable([
      "operation", "activations", all ? "weights" : "weight types", "kernel", "tier",
      "slowest step", "GOP/s",
      "of peak", "verified",
    ])
    var order: [[String]] = []
    var groups: [[String]: [Cell]] = [:]
    for cell in cells {
      let key = [
        cell.operation, cell.activations, all ? cell.weights : "", cell.chosen, cell.tier,
        cell.slowSteps,
      ]
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(cell)
    }
    for key in order {
      let group = groups[key] ?? []
      let rows = group.compactMap(\.chosenRow)
      let verdicts = group.flatMap(\.rows).compactMap(\.verified)
      table.rows.append([
        key[0], key[1], all ? key[2] : "\(group.count)", key[3], key[4], key[5],
        Self.range(rows.compactMap(\.gops)) { $0.short },
        Self.range(rows.compactMap(\.fractionOfPeak)) { $0.percent },
        verdicts.isEmpty ? "-" : "\(verdicts.count { $0 })/\(verdicts.count)",
      ])
    }
    return table
  }

  private static func range(_ values: [Double], _ text: (Double) -> String) -> String {
    guard let low = values.min(), let high = values.max() else { return "-" }
    return text(low) == text(high) ? text(low) : "\(text(low))…\(text(high))"
  }

  /// What the report says in two lines; a report that was read may hold any characters.
  var headline: String {
    let sets =
      machine.instructionSets.isEmpty ? "none" : machine.instructionSets.joined(separator: " ")
    let checked =
      summary.verified.map { ", \($0) kernels verified, \(summary.failed ?? 0) failed" } ?? ""
    let name = label.map { "\($0): " } ?? ""
    let made = "\(name)\(machine.cpu), \(machine.cores) cores, instruction sets: \(sets)"
    return "\(made.escapingControls)\n"
      + "\(summary.cells) cells: \(summary.tuned) tuned, \(summary.vectorized) vectorized, "
      + "\(summary.portable) portable\(checked)"
  }

  func plain(all: Bool) -> String { "\(headline)\n\n\(table(all: all).plain)" }

  func markdown(all: Bool) -> String {
    "\(headline.replacing("\n", with: "\n\n"))\n\n\(table(all: all).markdown)"
  }
}
