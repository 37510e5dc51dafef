import AffineQuant
import AffineTestSupport
import ArgumentParser
import Foundation

/// Which kernel serves what.
struct CoverageCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case table, markdown, json, html }

  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract:
      "Which kernel serves which operation on which types, and whether it is right and fast.")

  @Option(help: "How to print.") var format = Format.table
  @Option(help: "Choose as a CPU with no more than this would: portable, avx2, avx512vnni, neon, …")
  var isa: String?
  @Flag(help: "Check every kernel that runs here against a Double oracle.") var verify = false
  @Flag(help: "Measure every kernel that runs here, on one thread.") var rates = false
  @Flag(help: "A line for every cell, not for every group of cells.") var all = false

  func run() throws {
    let available = try instructionSets()
    let cells = CoverageCell.all
    var report = CoverageReport(cells, on: available)
    if verify { try check(cells, &report, available) }
    if rates {
      var measurement = RateMeasurement(available)
      try measurement.fill(&report, cells)
    }
    switch format {
    case .table: print(report.plain(all: all))
    case .markdown: print(report.markdown(all: all))
    case .html: print(report.html(all: all))
    case .json: try printJSON(report)
    }
    if !report.failures.isEmpty {
      throw Failure("wrong results:\n" + report.failures.joined(separator: "\n"))
    }
  }

  private func instructionSets() throws -> InstructionSet {
    guard let isa else { return .running }
    guard let set = InstructionSet(name: isa) else {
      throw Failure(
        "no instruction set is called '\(isa)': "
          + "portable, avx2, avxvnni, avx512vnni, avx512vbmi, amx, neon, neondot and i8mm are known"
      )
    }
    guard set.isSubset(of: .running) else {
      let missing = set.subtracting(.running).allNames.joined(separator: " and ")
      throw ValidationError("this machine has no \(missing)")
    }
    return set
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
private final class Outcomes: @unchecked Sendable {
  struct Place: Hashable { let cell, row: Int }

  private let lock = NSLock()
  private var found: [Place: (CellCheck.Outcome, reason: String?)] = [:]

  func add(_ cell: Int, _ row: Int, _ outcome: CellCheck.Outcome, because reason: String? = nil) {
    lock.withLock { found[Place(cell: cell, row: row)] = (outcome, reason) }
  }

  var all: [Place: (CellCheck.Outcome, reason: String?)] { lock.withLock { found } }
}
