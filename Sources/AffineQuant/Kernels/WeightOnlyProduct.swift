internal import AffineKernels

/// `lhs · rhsᵀ` for float rows and whole-number codes whose scales are constant along slices of a row.
///
/// A slice is summed over codes less their zero points and scaled once.
struct WeightOnlyProduct {
  /// The longest slice that is summed before it is scaled: short enough that several fit in a
  /// first-level cache as floats, and are summed side by side where there is one row.
  private static let longestSlice = 128
  /// What kernels have decoded at a time: 512 codes a lane.
  private static let scratchDepth = 512

  private let execution: Execution
  private let kernel: Kernel<WeightPanel>
  private let slices: ContractedSlices
  private let sliceQuads, sliceParameters: Buffer<UInt32>
  private let left: FloatPanels
  /// Tiled for the kernel.
  private let rhs: CodeMatrix
  private let right: LaneParameters
  private let rightScales: Buffer<Float>
  private let rightOffsets: ValueOffsets
  private let size: Shape

  /// Both operands have the same columns.
  init(_ lhs: FloatSource, _ rhs: CodeMatrix, _ execution: Execution) {
    self.execution = execution
    kernel = MatmulKernels.weights(rhs.storage).best(on: execution.instructionSet)
    size = Shape(lhs.shape.rows, rhs.shape.rows)
    slices = ContractedSlices([rhs.grid], longest: Self.longestSlice)
    self.rhs = rhs.tiled(
      lanes: kernel.rhsLanes, rhs.tiles?.slices ?? ContractedSlices([rhs.grid]),
      withProducts: false,
      execution)
    guard let right = self.rhs.tiles, let parents = slices.parents(in: right.slices) else {
      preconditionFailure("slices of \(Self.longestSlice) codes do not divide those of the tiles")
    }
    self.right = right
    (rightScales, rightOffsets) = (right.floatScales, right.valueOffsets)
    sliceQuads = Buffer(slices.quads)
    sliceParameters = Buffer(parents)
    let lanes = kernel.balancedLanes(rows: size.rows)
    left = FloatPanels(
      lhs, lanes: lanes, slices, withSums: rightOffsets.biases.count > 0, execution)
  }

  /// The product, row by row.
  func callAsFunction() -> Buffer<Float> {
    guard !slices.ranges.isEmpty else { return Buffer(count: size.count) { _ in } }
    let result = BufferBuilder<Float>(count: size.count)
    let leftPanels = (size.rows + left.lanes - 1) / left.lanes
    let blocking = Blocking(
      left: (leftPanels, left.panelLength * 4, left.lanes),
      right: (
        right.order.panels(rows: size.columns), right.slices.quadCount * right.order.quadBytes
      ), decodesRight: true, threads: execution.threads)
    ThreadPool.shared.parallel(blocking.parts, threads: execution.threads) { part in
      var scratch = [Float](repeating: 0, count: Self.scratchDepth * right.order.lanes)
      unsafe scratch.withUnsafeMutableBufferPointer { scratch in
        guard let start = scratch.baseAddress else { return }
        blocking.forEachPanel(of: part) { leftPanels, panel in
          // Rows and columns of a call are its own.
          var arguments = unsafe arguments(leftPanels, panel, start, result.memory)
          kernel(&arguments)
        }
      }
    }
    left.restore(result.memory, columns: size.columns)
    return result.buffer
  }

  private func arguments(
    _ leftPanels: Range<Int>, _ panel: Int, _ scratch: UnsafeMutablePointer<Float>,
    _ result: DisjointMemory<Float>
  ) -> WeightPanel {
    let lanes = right.order.lanes
    let rows =
      leftPanels.lowerBound * left.lanes..<min(leftPanels.upperBound * left.lanes, size.rows)
    let r = right.start(of: panel)
    let panelBytes = right.slices.quadCount * right.order.quadBytes
    let (zeros, biases) = (rightOffsets.zeros, rightOffsets.biases)
    let hasBiases = biases.count > 0
    return unsafe WeightPanel(
      c: aq_matmul_codes_args(
        slices: slices.ranges.count, quads: slices.quadCount, slice_quads: sliceQuads.pointer,
        parameters: sliceParameters.pointer,
        lhs: left.values.pointer + leftPanels.lowerBound * left.panelLength,
        lhs_lanes: left.lanes, rhs: rhs.codes.pointer + panel * panelBytes,
        offset: UInt8(right.signedOffset),
        rhs_scale: rightScales.pointer + r, rhs_zero: zeros.count > 0 ? zeros.pointer + r : nil,
        lhs_sum: hasBiases ? left.sums.pointer + left.sumStart(of: leftPanels.lowerBound) : nil,
        rhs_bias: hasBiases ? biases.pointer + r : nil, scratch: scratch,
        rows: rows.count, columns: min(lanes, size.columns - panel * lanes),
        out: result.pointer + rows.lowerBound * size.columns + panel * lanes,
        stride: size.columns))
  }
}
