import AffineOracle
import AffineQuant

/// A kernel that can serve a cell.
struct CellKernel: Hashable {
  let row: KernelRow
  /// `nil`: it is the library's.
  let added: AddedKernel?

  /// On one thread, with what the kernel needs.
  var execution: Execution {
    var execution = Execution(threads: 1, instructionSet: row.needs)
    execution.added = added.map { [$0] } ?? []
    return execution
  }

  /// Checks the kernel against the oracle.
  func check(_ cell: CoverageCell) throws -> CellCheck.Outcome {
    if let added { try CellCheck.run(cell, added) } else { try CellCheck.run(cell, row) }
  }
}

extension CoverageCell {
  /// All kernels, fastest first: those of the caller that serve the cell, then the library's.
  func kernels(adding added: [AddedKernel]) -> [CellKernel] {
    added.filter(isServed).map { CellKernel(row: $0.row, added: $0) }
      + rows.map { CellKernel(row: $0, added: nil) }
  }

  private func isServed(by kernel: AddedKernel) -> Bool {
    guard operation.isProduct else { return false }
    // One that this CPU cannot run is in no plan, and in the report all the same.
    guard kernel.row.canRun() else {
      return rows.contains { $0.tier == .portable && $0.family == kernel.family }
    }
    return plan(on: kernel.row.needs, adding: [kernel]).kernel == kernel.row
  }
}
