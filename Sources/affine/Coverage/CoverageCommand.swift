import AffineBench
import AffineQuant
import ArgumentParser

/// Which kernel serves what.
struct CoverageCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case table, markdown, json, html }

  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract:
      "Which kernel serves which operation on which types, and whether it is right and fast.",
    discussion: """
      --format html is one page that needs no network: a heat map, a roofline, filters, and what is missing \
      and slow; with --compare beside an older report, with what became slower:

        affine coverage --verify --rates --label before --format json > before.json
        affine coverage --verify --rates --label after --format json > after.json
        affine coverage --read after.json --compare before.json --format html > coverage.html
      """)

  @Option(help: "How to print.") var format = Format.table
  @OptionGroup var sets: InstructionSetOption
  @Flag(help: "Check every kernel that runs here against a Double oracle.") var verify = false
  @Flag(help: "Measure every kernel that runs here, on one thread.") var rates = false
  @Flag(help: "A line for every cell, not for every group of cells.") var all = false
  @Option(help: "What the page calls the report: a commit, for example.") var label: String?
  @Option(
    help: ArgumentHelp(
      "With --format html: a report that --format json wrote, of another commit or machine.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var compare: String?

  @Option(
    help: ArgumentHelp(
      "Print a report that --format json wrote, instead of making one.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var read: String?

  func validate() throws {
    guard read == nil || !(verify || rates || sets.isa != nil || label != nil) else {
      throw ValidationError(
        "--read prints what is saved: --verify, --rates, --isa and --label change nothing")
    }
    guard !all || format == .table || format == .markdown else {
      throw ValidationError("--all is of tables: \(format.rawValue) has every cell")
    }
    guard compare == nil || format == .html else {
      throw ValidationError("--compare needs --format html")
    }
  }

  private func saved(_ path: String) throws -> CoverageReport {
    try document(CoverageReport.self, from: path, "coverage report")
  }

  private func made() throws -> CoverageReport {
    let progress = Progress()
    defer { progress.finish() }
    return try CoverageReport(
      CoverageCell.all, on: try sets.instructionSet(), verifying: verify, measuring: rates,
      label: label, progress: { progress.show($0) })
  }

  func run() throws {
    let older = try compare.map { try saved($0) }
    let report = try read.map { try saved($0) } ?? made()
    switch format {
    case .table: try show(report.plain(all: all))
    case .markdown: try show(report.markdown(all: all))
    case .html: try show(report.html(comparedWith: older))
    case .json: try printJSON(report)
    }
    if !report.failures.isEmpty {
      throw Failure("wrong results:\n" + report.failures.joined(separator: "\n"))
    }
  }
}
