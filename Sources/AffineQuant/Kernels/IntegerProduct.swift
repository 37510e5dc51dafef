internal import AffineKernels

/// `lhs · rhsᵀ` for whole-number codes whose scales are constant along slices of both rows.
///
/// Sums inside a slice are exact; slices are added in float, in ascending order.
struct IntegerProduct {
  private let execution: Execution
  private let kernel: Kernel<CodePanel>
  private let slices: ContractedSlices
  private let sliceQuads: Buffer<UInt32>
  private let left: LeftPanels
  /// Tiled for the kernel, in these slices.
  private let rhs: CodeMatrix
  private let right: LaneParameters
  /// Sums of right codes where the left operand asks for them, and of products where the kernel does.
  private let rightTotals, rightProducts: Buffer<Int32>?
  /// The same, scaled; only where the left operand has biases.
  private let rightSums: Buffer<Float>
  private let size: Shape

  /// Both matrices have the same columns.
  init(_ lhs: CodeMatrix, _ rhs: CodeMatrix, _ execution: Execution) {
    let isBiased = lhs.type.mapping.kind == .biased
    self.init(
      lhs.grid, rhs, readsTotals: isBiased || LeftPanels.hasZeros(lhs), isBiased: isBiased,
      execution
    ) { right, kernel in LeftPanels(lhs.rowMajor(), for: right, kernel, execution) }
  }

  /// Rows of floats that become signed bytes on their way, with one scale a row or a slice of the
  /// product.
  init(
    quantizing lhs: Matrix<Float>, in grid: BlockGrid, smallest: Float, _ rhs: CodeMatrix,
    _ execution: Execution
  ) throws(QuantizationError) {
    try self.init(grid, rhs, readsTotals: false, isBiased: false, execution) {
      (right, kernel) throws(QuantizationError) in
      try LeftPanels(
        quantizing: lhs, oneScale: grid.extent.columns == 1, smallest: smallest, for: right, kernel,
        execution)
    }
  }

  private init<Failure: Error>(
    _ grid: BlockGrid, _ rhs: CodeMatrix, readsTotals: Bool, isBiased: Bool, _ execution: Execution,
    left: (LaneParameters, Kernel<CodePanel>) throws(Failure) -> LeftPanels
  ) throws(Failure) {
    self.execution = execution
    kernel = MatmulKernels.codes(rhs.storage).best(
      on: execution.instructionSet, rows: grid.shape.rows, few: Self.fewRows(rhs.storage))
    slices = ContractedSlices(of: rhs, against: grid)
    sliceQuads = Buffer(slices.quads)
    size = Shape(grid.shape.rows, rhs.shape.rows)
    let isWide = kernel.order == .wide
    self.rhs = rhs.tiled(lanes: kernel.rhsLanes, slices, withProducts: isWide, execution)
    guard let right = self.rhs.tiles else { preconditionFailure("a tiled matrix without tiles") }
    self.right = right
    self.left = try left(right, kernel)
    rightProducts = isWide ? self.rhs.laneSums(.products, right, execution) : nil
    rightTotals = readsTotals ? self.rhs.laneSums(.totals, right, execution) : nil
    rightSums = isBiased ? Self.scaled(rightTotals, right.floatScales) : Buffer([])
  }

  private static func scaled(_ sums: Buffer<Int32>?, _ scales: Buffer<Float>) -> Buffer<Float> {
    guard let sums else { preconditionFailure("no sums of codes") }
    let (totals, scales) = (sums.span, scales.span)
    return Buffer(count: totals.count) { sums in
      for index in totals.indices { sums[index] = Float(totals[index]) * scales[index] }
    }
  }

  /// Rows up to which a tile of 32 costs more than it saves, as measured on a Xeon: half bytes must be
  /// taken apart for it.
  private static func fewRows(_ storage: CodeFormat) -> Int { storage.bits <= 4 ? 16 : 4 }

  /// The product, row by row.
  func callAsFunction() -> Buffer<Float> {
    let result = BufferBuilder<Float>(count: size.count)
    guard !slices.ranges.isEmpty else { return Buffer(count: size.count) { _ in } }
    forEachPanel { rows, panel, arguments in
      // Rows and columns of a call are its own.
      unsafe arguments.c.out =
        result.memory.pointer + rows.lowerBound * size.columns + panel * right.order.lanes
      unsafe arguments.c.stride = size.columns
      kernel(&arguments)
    }
    return result.buffer
  }

  /// The exact sums, before any scale: `[row][column][slice]`.
  func sums() -> [Int64] {
    let (sliceCount, lanes) = (slices.ranges.count, right.order.lanes)
    let scattered = BufferBuilder<Int64>(count: size.count * sliceCount)
    forEachPanel { rows, panel, arguments in
      let columns = panel * lanes..<min((panel + 1) * lanes, size.columns)
      var sums = [Int32](repeating: 0, count: rows.count * columns.count * sliceCount)
      unsafe sums.withUnsafeMutableBufferPointer { buffer in
        unsafe arguments.c.sums = buffer.baseAddress
        kernel(&arguments)
      }
      for (i, row) in rows.enumerated() {
        for (j, column) in columns.enumerated() {
          let start = (row * size.columns + column) * sliceCount
          scattered.memory.withRange(start..<start + sliceCount) { target in
            for slice in 0..<sliceCount {
              target[slice] = Int64(sums[(slice * rows.count + i) * columns.count + j])
            }
          }
        }
      }
    }
    return scattered.buffer.array
  }
}

extension IntegerProduct {
  /// Calls the kernel's arguments for each right panel and block of rows, on all threads.
  private func forEachPanel(
    _ body: (_ rows: Range<Int>, _ panel: Int, _ arguments: inout CodePanel) -> Void
  ) {
    let panels = right.order.panels(rows: size.columns)
    let leftPanels = (size.rows + left.lanes - 1) / left.lanes
    let blocking = Blocking(
      left: (leftPanels, left.panelBytes, left.lanes),
      right: (panels, slices.quadCount * right.order.quadBytes), threads: execution.threads)
    let needsScratch = kernel.order == .blocks && right.order.bits == 4
    let scratchBytes = needsScratch ? slices.quadCount * right.order.lanes * 4 : 0
    ThreadPool.shared.parallel(blocking.parts, threads: execution.threads) { part in
      let scratch = needsScratch ? Allocation(byteCount: scratchBytes, zeroed: false) : nil
      blocking.forEachPanel(of: part) { leftPanels, panel in
        let rows =
          leftPanels.lowerBound * left.lanes..<min(leftPanels.upperBound * left.lanes, size.rows)
        var arguments = arguments(leftPanels.lowerBound, rows, panel)
        unsafe arguments.c.scratch = scratch?.start.assumingMemoryBound(to: UInt8.self)
        body(rows, panel, &arguments)
      }
    }
  }

  /// The arguments of one call, all but where its result goes.
  private func arguments(_ leftPanel: Int, _ rows: Range<Int>, _ panel: Int) -> CodePanel {
    let (l, r) = (left.start(of: leftPanel), right.start(of: panel))
    let panelBytes = slices.quadCount * right.order.quadBytes
    let needsTotals = left.zeros.count > 0
    guard let scale = unsafe right.scales.optional(at: r) else { preconditionFailure("no scales") }
    return unsafe CodePanel(
      c: aq_matmul_i8_args(
        slices: slices.ranges.count, quads: slices.quadCount, slice_quads: sliceQuads.pointer,
        lhs: left.codes.pointer + leftPanel * left.panelBytes,
        rhs: rhs.codes.pointer + panel * panelBytes, lhs_start: left.starts.pointer + l,
        rhs_start: rightProducts?.optional(at: r),
        lhs_total: left.totals.optional(at: l), rhs_zero: right.zeros.optional(at: r),
        lhs_zero: left.zeros.optional(at: l),
        rhs_total: needsTotals ? rightTotals?.optional(at: r) : nil,
        lhs_scale: left.scales.optional(at: l), rhs_scale: scale,
        lhs_sum: left.sums.optional(at: l), rhs_bias: right.biases.optional(at: r),
        rhs_is_half: right.scales.isHalf, lhs_bias: left.biases.optional(at: l),
        rhs_sum: rightSums.optional(at: r),
        row_scale: left.rowScales.optional(at: rows.lowerBound), scratch: nil,
        rows: rows.count,
        columns: min(right.order.lanes, size.columns - panel * right.order.lanes),
        out: UnsafeMutablePointer(bitPattern: 64)!, stride: 0, sums: nil))
  }
}

extension Buffer {
  /// The place of an element, or nothing where the buffer is empty.
  fileprivate func optional(at index: Int) -> UnsafePointer<Element>? {
    unsafe count > 0 ? pointer + index : nil
  }
}
