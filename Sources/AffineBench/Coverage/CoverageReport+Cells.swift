import AffineQuant

extension CoverageReport.Cell {
  init(_ cell: CoverageCell, _ kernels: [CellKernel], on available: InstructionSet) {
    let plan = cell.plan(on: available, adding: kernels.compactMap(\.added))
    operation = cell.operation.rawValue
    activations = cell.activationsName
    weights = cell.weights.name
    rows = kernels.map(\.row).map { row in
      CoverageReport.Row(
        kernel: row.name, instructionSet: row.needs.name, tier: row.tier.rawValue,
        runsHere: row.canRun(on: available))
    }
    chosen = plan.kernel.name
    tier = plan.tier.rawValue
    steps = plan.steps.map { step in
      CoverageReport.Step(
        work: step.work.rawValue, kernels: step.kernels.map(\.name), tier: step.tier.rawValue,
        tiers: step.kernels.map(\.tier.rawValue))
    }
  }

  /// The steps of the lowest tier, where it is not that of the kernel.
  package var slowSteps: String {
    guard let chosenRow, chosenRow.tier != tier else { return "" }
    return steps.filter { $0.tier == tier }.map(\.work).joined(separator: ", ")
  }

  /// The row of the kernel that runs.
  public var chosenRow: CoverageReport.Row? { rows.first { $0.kernel == chosen } }
}
