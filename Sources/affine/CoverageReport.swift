import AffineQuant

/// The coverage report, as scripts read it.
struct CoverageReport: Codable {
  struct Row: Codable {
    let kernel, instructionSet, tier: String
    let runsHere: Bool
    var verified: Bool?
    var maxRelativeError, gops, fractionOfPeak: Double?
  }

  struct Cell: Codable {
    let operation, activations, weights: String
    var rows: [Row]
    let chosen: String
  }

  struct Summary: Codable {
    let cells: Int
    /// Cells by the tier of the kernel that runs.
    let tuned, vectorized, portable: Int
    /// Kernels checked and found right, and those found wrong, over all cells; null if not asked.
    let verified, failed: Int?
  }

  let machine: Machine
  var cells: [Cell]

  private enum CodingKeys: CodingKey { case machine, cells, summary }

  init(_ cells: [CoverageCell], on available: InstructionSet) {
    machine = .current
    self.cells = cells.map { cell in
      Cell(
        operation: cell.operation.rawValue, activations: cell.activations.name,
        weights: cell.weights.name,
        rows: cell.rows.map { row in
          Row(
            kernel: row.name, instructionSet: row.needs.name, tier: row.tier.rawValue,
            runsHere: row.canRun(on: available))
        },
        chosen: cell.chosen(on: available).name)
    }
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    machine = try values.decode(Machine.self, forKey: .machine)
    cells = try values.decode([Cell].self, forKey: .cells)
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(machine, forKey: .machine)
    try values.encode(cells, forKey: .cells)
    try values.encode(summary, forKey: .summary)
  }

  var summary: Summary {
    func count(_ tier: KernelRow.Tier) -> Int {
      cells.count { $0.chosenRow?.tier == tier.rawValue }
    }
    let verdicts = cells.flatMap(\.rows).compactMap(\.verified)
    return Summary(
      cells: cells.count, tuned: count(.tuned), vectorized: count(.vectorized),
      portable: count(.portable), verified: verdicts.isEmpty ? nil : verdicts.count { $0 },
      failed: verdicts.isEmpty ? nil : verdicts.count { !$0 })
  }

  /// What failed, by name.
  var failures: [String] {
    cells.flatMap { cell in
      cell.rows.filter { $0.verified == false }.map {
        "\(cell.operation) \(cell.activations) × \(cell.weights): \($0.kernel)"
      }
    }
  }
}

extension CoverageReport.Cell {
  /// The row of the kernel that runs.
  var chosenRow: CoverageReport.Row? { rows.first { $0.kernel == chosen } }
}

// Absent numbers are null, not missing: scripts find every field.
extension CoverageReport.Row {
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(kernel, forKey: .kernel)
    try values.encode(instructionSet, forKey: .instructionSet)
    try values.encode(tier, forKey: .tier)
    try values.encode(runsHere, forKey: .runsHere)
    try values.encode(verified, forKey: .verified)
    try values.encode(maxRelativeError, forKey: .maxRelativeError)
    try values.encode(gops, forKey: .gops)
    try values.encode(fractionOfPeak, forKey: .fractionOfPeak)
  }
}

extension CoverageReport.Summary {
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(cells, forKey: .cells)
    try values.encode(tuned, forKey: .tuned)
    try values.encode(vectorized, forKey: .vectorized)
    try values.encode(portable, forKey: .portable)
    try values.encode(verified, forKey: .verified)
    try values.encode(failed, forKey: .failed)
  }
}
