import AffineQuant

/// Measures the kernels of a coverage report, each on one thread.
///
/// Cells that run the same code on operands of the same kind share a measurement: the width that a
/// code has in a tile, the granularity and the mapping decide, not the storage's own width.
struct RateMeasurement {
  private struct Kind: Hashable {
    let operation: Operation
    let kernel: String
    let activations: OperandType
    let tileBits: Int
    let isInteger: Bool
    let block: Block
    let mapping: String
  }

  private struct Rate {
    let gops: Double
    let fraction: Double?
  }

  private let available: InstructionSet
  /// Bytes a second of copying as many bytes as memory operations touch here.
  private let copied = Peak.copiedBytesPerSecond(1 << 20)

  init(_ available: InstructionSet) { self.available = available }

  /// Fills in rates and their parts of the roofs that are measured here too.
  func fill(_ report: inout CoverageReport, _ cells: [CoverageCell]) throws {
    var known: [Kind: Rate] = [:]
    var peaks: [KernelRow: Double] = [:]
    let progress = Progress()
    for (index, cell) in cells.enumerated() {
      if index.isMultiple(of: 20) { progress.show("measuring: cell \(index) of \(cells.count)") }
      for (place, row) in cell.rows.enumerated() where row.canRun(on: available) {
        let kind = Kind(
          operation: cell.operation, kernel: row.name, activations: cell.activations,
          tileBits: cell.weights.storage.bits <= 4 ? 4 : 8,
          isInteger: cell.weights.storage.isInteger, block: cell.weights.block,
          mapping: cell.weights.mapping.kind.name)
        if peaks[row] == nil {
          peaks[row] = Peak.operationsPerSecond(for: row, threads: 1) ?? 0
        }
        let rate = try known[kind] ?? measure(cell, row, peaks[row] ?? 0)
        known[kind] = rate
        report.cells[index].rows[place].gops = rate.gops
        report.cells[index].rows[place].fractionOfPeak = rate.fraction
      }
    }
    progress.finish()
  }

  private func measure(_ cell: CoverageCell, _ row: KernelRow, _ peak: Double) throws -> Rate {
    // The portable rows are some hundred times slower: fewer rows tell their rate as well.
    let isPortable = row.tier == .portable
    let execution = Execution(threads: 1, instructionSet: row.needs)
    let work = try CellWork(
      cell, m: isPortable ? 2 : 96, k: 512, n: isPortable ? 32 : 256, execution)
    let timing = try Timing(seconds: 0, warmUps: 1, atLeast: isPortable ? 1 : 3) { try work.run() }
    let rate = work.amount / timing.minimum
    let fraction =
      cell.operation.isProduct
      ? (peak > 0 ? rate / peak : nil) : work.bytes / timing.minimum / copied
    return Rate(gops: rate * 1e-9, fraction: fraction)
  }
}
