import AffineQuant
import AffineTestSupport
import ArgumentParser
import Dispatch
import Synchronization

/// Which kernel serves what.
struct CoverageCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case table, markdown, json, html }

  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract:
      "Which kernel serves which operation on which types, and whether it is right and fast.")

  @Option(help: "How to print.") var format = Format.table
  @OptionGroup var sets: InstructionSetOption
  @Flag(help: "Check every kernel that runs here against a Double oracle.") var verify = false
  @Flag(help: "Measure every kernel that runs here, on one thread.") var rates = false
  @Flag(help: "A line for every cell, not for every group of cells.") var all = false

  func run() throws {
    let available = try sets.instructionSet()
    let cells = CoverageCell.all
    var report = CoverageReport(cells, on: available)
    if verify { try check(cells, &report, available) }
    if rates {
      var measurement = RateMeasurement(available)
      try measurement.fill(&report, cells)
    }
    switch format {
    case .table: try show(report.plain(all: all))
    case .markdown: try show(report.markdown(all: all))
    case .html: try show(report.html(all: all))
    case .json: try printJSON(report)
    }
    if !report.failures.isEmpty {
      throw Failure("wrong results:\n" + report.failures.joined(separator: "\n"))
    }
  }

  /// Checks cells side by side; each call itself runs on one thread.
  private func check(
    _ cells: [CoverageCell], _ report: inout CoverageReport, _ available: InstructionSet
  ) throws {
    let outcomes = Outcomes()
    let progress = Progress()
    DispatchQueue.concurrentPerform(iterations: cells.count) { index in
      for (place, row) in cells[index].rows.enumerated() where row.canRun(on: available) {
        do { outcomes.add(index, place, try CellCheck.run(cells[index], row)) } catch {
          outcomes.add(index, place, .broken, because: "\(error)")
        }
      }
      if index.isMultiple(of: 100) { progress.show("verifying: cell \(index) of \(cells.count)") }
    }
    progress.finish()
    for (place, (outcome, reason)) in outcomes.all {
      let isFinite = outcome.maximumRelativeError.isFinite
      report.cells[place.cell].rows[place.row].verified = outcome.passed
      report.cells[place.cell].rows[place.row].maxRelativeError =
        isFinite ? outcome.maximumRelativeError : nil
      report.cells[place.cell].rows[place.row].reason = reason
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
