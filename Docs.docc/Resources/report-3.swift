import AffineBench
import AffineQuant

let cells = CoverageCell.cells(of: Int4Weight.type).filter { $0.operation == .linear }
let (before, now) = (
  try CoverageReport(cells, measuring: true), try CoverageReport(cells, measuring: true)
)
let page = try now.html(comparedWith: before)
precondition(page.contains("int4-group32"))
