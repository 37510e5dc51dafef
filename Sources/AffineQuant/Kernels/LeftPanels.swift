internal import AffineKernels

/// The left operand of a product of codes, packed for its kernel, with the terms that depend on it
/// alone: one a panel, slice and lane.
struct LeftPanels {
  let lanes: Int
  let rows: Int
  /// The bytes of one panel of codes.
  let panelBytes: Int
  let codes: Buffer<UInt8>
  let starts: Buffer<Int32>
  /// Sums of codes; only where right codes have zero points of their own.
  let totals: Buffer<Int32>
  /// Zero points of the codes as they are stored; empty where all are zero.
  let zeros: Buffer<Int32>
  /// Empty where a row has one scale: then it is in `rowScales`.
  let scales: Buffer<Float>
  let rowScales: Buffer<Float>
  let biases: Buffer<Float>
  /// Sums of what the codes stand for; only where the right operand has biases.
  let sums: Buffer<Float>
  private let slices: ContractedSlices

  /// The left matrix lies row by row; `right` is what the right one is tiled with.
  init(
    _ matrix: CodeMatrix, for right: LaneParameters, _ kernel: Kernel<CodePanel>,
    _ execution: Execution
  ) {
    guard let order = kernel.order else { preconditionFailure("\(kernel.row.name) has no panels") }
    slices = right.slices
    lanes = kernel.lhsLanes
    rows = matrix.shape.rows
    panelBytes = lanes * order.rowBytes(slices)
    let panels = (rows + lanes - 1) / lanes
    let count = panels * slices.ranges.count * lanes
    let offset = Self.offset(of: matrix)
    zeros = !Self.hasZeros(matrix) ? Buffer([]) : Self.zeros(matrix, lanes, slices, offset, count)
    biases = LaneParameters.spread(matrix.biases, matrix.grid, lanes: lanes, slices) { $0 }
    let oneScale = matrix.grid.extent.columns == 1 && matrix.biases.count == 0
    rowScales = oneScale ? Self.rowScales(matrix, panels * lanes) : Buffer([])
    scales =
      oneScale
      ? Buffer([])
      : LaneParameters.spread(matrix.scales, matrix.grid, lanes: lanes, slices) { $0 }

    let codes = BufferBuilder<UInt8>(count: panels * panelBytes)
    let starts = BufferBuilder<Int32>(count: count)
    let totals = BufferBuilder<Int32>(count: count)
    let packer = LeftPacker(
      matrix: matrix, panel: LeftPanel(lanes: lanes, order: order, slices: slices),
      codeOffset: offset, rightOffset: right.zeros.count > 0 ? 0 : right.order.offset,
      execution: execution)
    let bytes = panelBytes
    ThreadPool.shared.parallelRows(panels, lanes * matrix.shape.columns, execution) { part in
      packer.pack(part, panelBytes: bytes, codes.memory, starts.memory, totals.memory)
    }
    self.codes = codes.buffer
    self.starts = starts.buffer
    self.totals = right.zeros.count > 0 ? totals.buffer : Buffer([])
    sums =
      right.biases.count > 0
      ? Self.sums(totals.buffer, zeros, scales, biases, lanes, slices) : Buffer([])
  }

  /// Takes panels of codes that have no zero points and no biases.
  init(
    _ panel: LeftPanel, rows: Int, codes: Buffer<UInt8>, starts: Buffer<Int32>,
    totals: Buffer<Int32>, scales: Buffer<Float>, rowScales: Buffer<Float>, sums: Buffer<Float>
  ) {
    (slices, lanes, panelBytes) = (panel.slices, panel.lanes, panel.byteCount)
    self.rows = rows
    self.codes = codes
    self.starts = starts
    self.totals = totals
    self.scales = scales
    self.rowScales = rowScales
    self.sums = sums
    (zeros, biases) = (Buffer([]), Buffer([]))
  }

  /// Unsigned bytes of 8 bits do not fit the signed ones that kernels take.
  private static func offset(of matrix: CodeMatrix) -> Int {
    matrix.storage == .unsigned(bits: 8) ? -128 : 0
  }

  /// Whether codes of a left operand have zero points other than 0.
  static func hasZeros(_ matrix: CodeMatrix) -> Bool {
    matrix.zeroPoints.count > 0 || offset(of: matrix) != 0
  }

  /// Where the parameters of a panel start.
  func start(of panel: Int) -> Int { panel * slices.ranges.count * lanes }

  private static func zeros(
    _ matrix: CodeMatrix, _ lanes: Int, _ slices: ContractedSlices, _ offset: Int, _ count: Int
  ) -> Buffer<Int32> {
    if matrix.zeroPoints.count > 0 {
      return LaneParameters.spread(matrix.zeroPoints, matrix.grid, lanes: lanes, slices) {
        Int32($0) + Int32(offset)
      }
    }
    return Buffer([Int32](repeating: Int32(offset), count: count))
  }

  private static func rowScales(_ matrix: CodeMatrix, _ count: Int) -> Buffer<Float> {
    let source = matrix.scales.span
    return Buffer(count: count) { scales in
      for row in 0..<matrix.shape.rows { scales[row] = source[matrix.grid.blockRow(row)] }
    }
  }

  private static func sums(
    _ totals: Buffer<Int32>, _ zeros: Buffer<Int32>, _ scales: Buffer<Float>,
    _ biases: Buffer<Float>, _ lanes: Int, _ slices: ContractedSlices
  ) -> Buffer<Float> {
    let (totals, zeros, scales, biases) = (totals.span, zeros.span, scales.span, biases.span)
    return Buffer(count: totals.count) { sums in
      for index in totals.indices {
        let count = slices.ranges[index / lanes % slices.ranges.count].count
        let zero = zeros.count > 0 ? Int(zeros[index]) : 0
        var sum = Float(Int(totals[index]) - zero * count)
        if scales.count > 0 { sum *= scales[index] }
        if biases.count > 0 { sum += biases[index] * Float(count) }
        sums[index] = sum
      }
    }
  }
}
