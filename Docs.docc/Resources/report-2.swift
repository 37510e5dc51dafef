import AffineBench
import AffineQuant

let cells = CoverageCell.cells(of: Int4Weight.type).filter { $0.operation == .linear }
let report = try CoverageReport(cells, verifying: true, measuring: true)
precondition(report.failures.isEmpty)
for cell in report.cells {
  print(cell.activations, cell.chosen, cell.tier, cell.chosenRow?.fractionOfPeak ?? 0)
}
