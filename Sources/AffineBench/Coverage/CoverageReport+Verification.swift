import AffineOracle
import AffineQuant
import Dispatch
import Synchronization

extension CoverageReport {
  /// Checks cells side by side; each call itself runs on one thread.
  mutating func verify(
    _ cells: [CoverageCell], _ kernels: [[CellKernel]], _ available: InstructionSet,
    _ progress: @Sendable (String) -> Void
  ) {
    let outcomes = Outcomes()
    DispatchQueue.concurrentPerform(iterations: cells.count) { index in
      for (place, kernel) in kernels[index].enumerated() where kernel.row.canRun(on: available) {
        do { outcomes.add(index, place, try kernel.check(cells[index])) } catch {
          outcomes.add(index, place, .broken, because: "\(error)")
        }
      }
      if index.isMultiple(of: 100) { progress("verifying: cell \(index) of \(cells.count)") }
    }
    for (place, (outcome, reason)) in outcomes.all {
      let isFinite = outcome.maximumRelativeError.isFinite
      var row = self.cells[place.cell].rows[place.row]
      row.verified = outcome.passed
      row.maxRelativeError = isFinite ? outcome.maximumRelativeError : nil
      row.errorBound = outcome.bound
      row.reason = reason
      self.cells[place.cell].rows[place.row] = row
    }
  }
}

/// What checks on several threads found.
private final class Outcomes: Sendable {
  struct Place: Hashable { let cell, row: Int }

  private let found = Mutex<[Place: (CellCheck.Outcome, reason: String?)]>([:])

  func add(_ cell: Int, _ row: Int, _ outcome: CellCheck.Outcome, because reason: String? = nil) {
    found.withLock { $0[Place(cell: cell, row: row)] = (outcome, reason) }
  }

  var all: [Place: (CellCheck.Outcome, reason: String?)] { found.withLock { $0 } }
}
