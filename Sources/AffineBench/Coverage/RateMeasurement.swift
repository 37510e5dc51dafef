import AffineQuant

/// Measures the kernels of a coverage report, each on one thread.
///
/// Cells share a measurement where they run the same code on operands of the same kind. In a tile the
/// width of a code decides. Elsewhere the storage does: by name where it has a kernel that decodes
/// it, else by sign, since one portable loop decodes all widths of packed codes. What is made of one
/// operand packs codes as well, which depends on their width. Types of scales cost nothing in a product; scales that
/// are codes do.
struct RateMeasurement {
  /// What of a storage decides how long a kernel takes.
  private enum Codes: Hashable {
    case tiled(bits: Int)
    case decoded(by: KernelRow, isSigned: Bool)
    case packed(CodeFormat, scale: ScaleFormat)
  }

  private struct Kind: Hashable {
    let operation: MatrixOperation
    let kernel: CellKernel
    let activations: OperandType
    let precision: Precision
    let codes: Codes
    let block: Block
    let mapping: String
    let scaleCodes: ScaleCodes?
  }

  private struct Rate {
    let operations, bytes: Double
    var rounds: [Timing] = []
  }

  private let available: InstructionSet
  private var rates: [Kind: Rate] = [:]
  /// Operations a second on registers alone; 0 where no such loop is written.
  private var peaks: [KernelRow: Double] = [:]
  /// Bytes a second of copying, by the bytes read and written.
  private var copies: [Int: Double] = [:]
  /// By tier: portable rows take smaller operands.
  private var weights: [KernelRow.Tier: CellWork.Weight] = [:]

  init(_ available: InstructionSet) { self.available = available }

  /// Fills in rates and their parts of the roofs that are measured here too.
  mutating func fill(
    _ report: inout CoverageReport, _ cells: [CoverageCell], _ kernels: [[CellKernel]],
    _ progress: (String) -> Void
  ) throws {
    // Rounds go over all cells: what else the machine does lasts longer than a cell.
    for round in 1...Measurement.roundCount {
      for (index, cell) in cells.enumerated() {
        if index.isMultiple(of: 20) {
          progress(
            "measuring: round \(round) of \(Measurement.roundCount), cell \(index) of \(cells.count)"
          )
        }
        // The portable rows take most of the time, and nobody waits for their last percent.
        for kernel in kernels[index]
        where kernel.row.canRun(on: available) && (round == 1 || kernel.row.tier != .portable) {
          let kind = kind(cell, kernel)
          if rates[kind]?.rounds.count ?? 0 < round { try measure(cell, kernel, kind) }
        }
      }
    }
    for (index, cell) in cells.enumerated() {
      for (place, kernel) in kernels[index].enumerated() {
        guard let rate = rates[kind(cell, kernel)] else { continue }
        report.cells[index].rows[place].take(
          rate.operations, rate.bytes, Timing(rate.rounds), of: roof(cell, kernel, rate))
      }
    }
    report.roofs = roofs()
  }

  /// What a row could do at most: operations a second, or elements.
  private mutating func roof(_ cell: CoverageCell, _ kernel: CellKernel, _ rate: Rate) -> Double? {
    guard !cell.operation.isProduct else {
      // A kernel from outside is held to the loop of the library's that needs as much.
      let row = cell.rows.first { $0.needs == kernel.row.needs }
      let peak = (kernel.added == nil ? kernel.row : row).map { self.peak(of: $0) } ?? 0
      return peak > 0 ? peak : nil
    }
    return copied(Int(rate.bytes)) * rate.operations / rate.bytes
  }

  /// The roofs of what was measured.
  private mutating func roofs() -> CoverageReport.Roofs {
    let largest = rates.values.map(\.bytes).max() ?? 1
    var named: [String: Double] = [:]
    for (row, peak) in peaks where peak > 0 {
      // Products with codes that become floats, bfloat16 or bytes run the loops of these.
      let numbers = row.name.split(separator: "_").dropFirst(2).first.map(String.init) ?? ""
      let loop = ["f32", "bf16", "i4"].first { numbers.hasPrefix($0) } ?? "i8"
      let name = "\(loop) \(row.needs.name)"
      named[name] = max(named[name] ?? 0, peak * 1e-9)
    }
    return CoverageReport.Roofs(
      copyGigabytesPerSecond: copied(Int(largest)) * 1e-9,
      peaks: named.sorted { $0.key < $1.key }.map { .init(name: $0.key, gops: $0.value) })
  }

  private func kind(_ cell: CoverageCell, _ kernel: CellKernel) -> Kind {
    Kind(
      operation: cell.operation, kernel: kernel, activations: cell.activations,
      precision: cell.precision,
      codes: codes(cell), block: cell.weights.block, mapping: cell.weights.mapping.kind.name,
      scaleCodes: cell.weights.mapping.codes)
  }

  private func codes(_ cell: CoverageCell) -> Codes {
    let storage = cell.weights.storage
    if cell.operation == .linear, cell.isIntegerProduct {
      return .tiled(bits: storage.bits <= 4 ? 4 : 8)
    }
    let decoders = kernels(for: .dequantize, .quantized(cell.weights))
    guard cell.operation.isProduct, storage != .ternary, let decoder = decoders?.first else {
      return .packed(storage, scale: cell.weights.mapping.scale)
    }
    return .decoded(by: decoder, isSigned: storage.isSigned)
  }

  /// Adds a round.
  private mutating func measure(_ cell: CoverageCell, _ kernel: CellKernel, _ kind: Kind) throws {
    // The portable rows are some hundred times slower: fewer rows tell their rate as well.
    let tier = kernel.row.tier
    let isPortable = tier == .portable
    let servesOneRow = kernel.row.name.hasSuffix("_row")
    let work = try CellWork(
      cell, m: servesOneRow ? 1 : isPortable ? 2 : 96, k: 512, n: isPortable ? 32 : 256,
      reusing: &weights[tier], kernel.execution)
    let timing = try Timing(seconds: 0, warmUps: 1, atLeast: 1) { try work.run() }
    rates[kind, default: Rate(operations: work.amount, bytes: work.bytes)].rounds.append(timing)
  }

  private mutating func peak(of row: KernelRow) -> Double {
    let peak = peaks[row] ?? Peak.operationsPerSecond(for: row, threads: 1) ?? 0
    peaks[row] = peak
    return peak
  }

  /// A copy reads and writes each byte, so half as many bytes are copied.
  private mutating func copied(_ bytes: Int) -> Double {
    let rate = copies[bytes] ?? Peak.copiedBytesPerSecond(max(bytes / 2, 1), threads: 1)
    copies[bytes] = rate
    return rate
  }
}

extension CoverageReport.Row {
  fileprivate mutating func take(
    _ operations: Double, _ bytes: Double, _ timing: Timing, of roof: Double?
  ) {
    gops = operations / timing.minimum * 1e-9
    // One round says nothing of how far another may lie.
    slowestGops = timing.samples.count > 1 ? operations / timing.maximum * 1e-9 : nil
    fractionOfPeak = roof.map { operations / timing.minimum / $0 }
    self.operations = operations
    self.bytes = bytes
  }
}
