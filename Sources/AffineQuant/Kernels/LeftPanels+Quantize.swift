internal import AffineKernels

extension LeftPanels {
  /// Float rows quantized to signed bytes on their way into panels, one scale a slice or one a row:
  /// `scale = max(|x|) / 127`.
  ///
  /// - Throws: ``QuantizationError/notFinite(_:row:column:)``.
  init(
    quantizing values: Matrix<Float>, oneScale: Bool, smallest: Float, for right: LaneParameters,
    _ kernel: Kernel<CodePanel>, _ execution: Execution
  ) throws(QuantizationError) {
    guard let order = kernel.order else { preconditionFailure("\(kernel.row.name) has no panels") }
    let panel = LeftPanel(lanes: kernel.lhsLanes, order: order, slices: right.slices)
    let (rows, lanes, sliceCount) = (values.shape.rows, panel.lanes, right.slices.ranges.count)
    let (panels, bytes) = ((rows + lanes - 1) / lanes, panel.byteCount)
    let count = panels * sliceCount * lanes
    let codes = BufferBuilder<UInt8>(count: panels * bytes)
    let sums = InputSums(
      starts: BufferBuilder(count: count), totals: BufferBuilder(count: count),
      scales: BufferBuilder(count: oneScale ? panels * lanes : count),
      sums: BufferBuilder(count: right.biases.count > 0 ? count : 0),
      isOneScale: oneScale, rightOffset: right.zeros.count > 0 ? 0 : right.order.offset)
    let finite = BufferBuilder<Bool>(count: panels)
    ThreadPool.shared.parallelRows(panels, lanes * values.shape.columns, execution) { part in
      var quantizer = InputQuantizer(values, panel, sums, smallest, execution)
      for index in part {
        // A panel's ranges are its own.
        let isFinite = codes.memory.withRange(index * bytes..<(index + 1) * bytes) {
          quantizer.write(index, into: &$0)
        }
        finite.memory.withRange(index..<index + 1) { $0[0] = isFinite }
      }
    }
    guard finite.buffer.array.allSatisfy({ $0 }) else { throw BlockRanges.notFinite(values) }
    self.init(
      panel, rows: rows, codes: codes.buffer, starts: sums.starts.buffer,
      totals: right.zeros.count > 0 ? sums.totals.buffer : Buffer([]),
      scales: oneScale ? Buffer([]) : sums.scales.buffer,
      rowScales: oneScale ? sums.scales.buffer : Buffer([]), sums: sums.sums.buffer)
  }
}

/// What comes with the codes of float rows, one a panel, slice and lane.
struct InputSums {
  let starts, totals: BufferBuilder<Int32>
  let scales, sums: BufferBuilder<Float>
  let isOneScale: Bool
  /// The zero point that all right codes have, or zero where each has its own.
  let rightOffset: Int
}
