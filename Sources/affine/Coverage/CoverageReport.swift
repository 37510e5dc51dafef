import AffineQuant

/// The coverage report, as scripts read it.
struct CoverageReport: Encodable {
  struct Row: Encodable {
    let kernel, instructionSet, tier: String
    let runsHere: Bool
    @Nullable var verified: Bool? = nil
    @Nullable var maxRelativeError: Double? = nil
    @Nullable var gops: Double? = nil
    @Nullable var fractionOfPeak: Double? = nil
    /// Why the check could not be made.
    var reason: String?

    private enum CodingKeys: CodingKey {
      case kernel, instructionSet, tier, runsHere, verified, maxRelativeError, gops, fractionOfPeak
    }
  }

  /// What a call does before, in and after its kernel.
  struct Step: Encodable, Hashable {
    let work: String
    let kernels: [String]
    let tier: String
  }

  struct Cell: Encodable {
    let operation, activations, weights: String
    var rows: [Row]
    let chosen: String
    /// The lowest of the steps' tiers.
    let tier: String
    let steps: [Step]
  }

  struct Summary: Encodable {
    let cells: Int
    /// Cells by the lowest tier of their steps.
    let tuned, vectorized, portable: Int
    /// Kernels checked and found right, and those found wrong, over all cells; null if not asked.
    @Nullable var verified: Int?
    @Nullable var failed: Int?
  }

  let machine: Machine
  var cells: [Cell]

  private enum CodingKeys: CodingKey { case machine, cells, summary }

  init(_ cells: [CoverageCell], on available: InstructionSet) {
    machine = .current
    self.cells = cells.map { cell in
      let plan = cell.plan(on: available)
      return Cell(
        operation: cell.operation.rawValue, activations: cell.activations.name,
        weights: cell.weights.name,
        rows: cell.rows.map { row in
          Row(
            kernel: row.name, instructionSet: row.needs.name, tier: row.tier.rawValue,
            runsHere: row.canRun(on: available))
        },
        chosen: plan.kernel.name, tier: plan.tier.rawValue,
        steps: plan.steps.map { Step($0) })
    }
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(machine, forKey: .machine)
    try values.encode(cells, forKey: .cells)
    try values.encode(summary, forKey: .summary)
  }

  var summary: Summary {
    func count(_ tier: KernelRow.Tier) -> Int {
      cells.count { $0.tier == tier.rawValue }
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
          + ($0.reason.map { ": \($0)" } ?? "")
      }
    }
  }
}

extension CoverageReport.Step {
  fileprivate init(_ step: Plan.Step) {
    self.init(
      work: step.work.rawValue, kernels: step.kernels.map(\.name), tier: step.tier.rawValue)
  }
}

extension CoverageReport.Cell {
  /// The steps of the lowest tier, where it is not that of the kernel.
  var slowSteps: String {
    guard let chosenRow, chosenRow.tier != tier else { return "" }
    return steps.filter { $0.tier == tier }.map(\.work).joined(separator: ", ")
  }

  /// The row of the kernel that runs.
  var chosenRow: CoverageReport.Row? { rows.first { $0.kernel == chosen } }
}
