internal import AffineKernels

/// One operand of an integer product, packed for its kernel: panels of `lanes` rows, and for every
/// slice and lane the scale and, where the mappings ask for them, biases and sums.
struct OperandPanels {
  /// In the slices of the product.
  let parameters: LaneParameters
  private let matrix: CodeMatrix

  /// The matrix is in an order that ``CodeMatrix/readable(lanes:_:)`` gave for these slices.
  init(_ matrix: CodeMatrix, lanes: Int, slices: ContractedSlices) {
    self.matrix = matrix
    if let tiles = matrix.tiles, tiles.slices == slices {
      parameters = tiles
    } else {
      parameters = LaneParameters(matrix, lanes: lanes, slices: slices)
    }
  }

  var lanes: Int { parameters.lanes }
  private var slices: ContractedSlices { parameters.slices }
  private var scales: Buffer<Float> { parameters.scales }
  private var biases: Buffer<Float> { parameters.biases }

  var count: Int { (matrix.shape.rows + lanes - 1) / lanes }

  /// The extent of the contracted axis.
  var columns: Int { matrix.shape.columns }

  /// The rows of one panel.
  func rows(of panel: Int) -> Range<Int> {
    panel * lanes..<min((panel + 1) * lanes, matrix.shape.rows)
  }

  /// 16-bit numbers that one panel takes: whole blocks of 64, as widening kernels write them.
  var panelLength: Int { (slices.pairCount * lanes * 2 + 63) / 64 * 64 }

  /// Writes one panel of codes less their zero points.
  func fill(_ panel: Int, _ output: inout MutableSpan<Int16>, _ scratch: inout PanelScratch) {
    if let tiles = matrix.tiles {
      fillFromTile(panel, tiles, &output, scratch.execution)
    } else {
      fillFromRows(panel, &output, &scratch)
    }
  }

  private func fillFromTile(
    _ panel: Int, _ tiles: LaneParameters, _ output: inout MutableSpan<Int16>,
    _ execution: Execution
  ) {
    let order = TileOrder(lanes: lanes)
    let bytes = order.panelBytes(pairs: tiles.slices.pairCount, storage: matrix.storage)
    let hasZeroPoints = tiles.zeroPoints.count > 0
    let kernel = WidenKernels.table(matrix.storage).best(on: execution.instructionSet)
    unsafe output.withUnsafeMutableBufferPointer { output in
      unsafe tiles.slices.pairs.withUnsafeBufferPointer { pairs in
        guard let panelStart = output.baseAddress, let pairStart = pairs.baseAddress else { return }
        let zeroPoints =
          unsafe hasZeroPoints ? tiles.zeroPoints.pointer + tiles.start(of: panel) : nil
        var arguments = unsafe WidenPanel(
          c: aq_widen_args(
            codes: matrix.codes.pointer + panel * bytes, slices: pairs.count, pairs: pairStart,
            lanes: lanes, zero_points: zeroPoints, panel: panelStart))
        kernel(&arguments)
      }
    }
    withExtendedLifetime(matrix) {}
  }

  private func fillFromRows(
    _ panel: Int, _ output: inout MutableSpan<Int16>, _ scratch: inout PanelScratch
  ) {
    let rows = rows(of: panel)
    var codes = [Int16](repeating: 0, count: columns)
    let stride = slices.pairCount * 2
    for (lane, row) in rows.enumerated() {
      var target = scratch.rows.mutableSpan
      var padded = target.part(lane * stride..<(lane + 1) * stride)
      widen(row, into: &padded, &codes)
    }
    TransposeKernels.interleave(
      scratch.rows, count: rows.count, lanes: lanes, units: stride / 2, into: &output,
      scratch.execution)
  }

  /// One row of codes less zero points, every slice padded with a zero to whole pairs.
  private func widen(
    _ row: Int, into padded: inout MutableSpan<Int16>, _ scratch: inout [Int16]
  ) {
    let bytes = matrix.codes.span.extracting(matrix.codeBytes(ofRow: row))
    var codes = scratch.mutableSpan
    matrix.storage.unpack(bytes, into: &codes)
    let zeroPoints = matrix.zeroPoints.span
    let firstBlock = matrix.grid.blockRow(row) * matrix.grid.extent.columns
    var position = 0
    for (slice, range) in slices.ranges.enumerated() {
      let block = firstBlock + matrix.grid.blockColumn(range.lowerBound)
      let zero = zeroPoints.count > 0 ? zeroPoints[block] : 0
      for (offset, column) in range.enumerated() {
        padded[position + offset] = codes[column] &- zero
      }
      if !range.count.isMultiple(of: 2) { padded[position + range.count] = 0 }
      position += Int(slices.pairs[slice]) * 2
    }
  }

  /// Sums of codes less zero points, scaled, a panel, slice and lane; `withBias` adds the bias of
  /// every element of the slice.
  func scaledSums(withBias: Bool) -> Buffer<Float> {
    var (padded, scratch) = (
      [Int16](repeating: 0, count: slices.pairCount * 2), [Int16](repeating: 0, count: columns)
    )
    let (scaleSpan, biasSpan) = (scales.span, biases.span)
    return Buffer(count: scales.count) { sums in
      for row in 0..<matrix.shape.rows {
        var span = padded.mutableSpan
        widen(row, into: &span, &scratch)
        var position = 0
        for (slice, range) in slices.ranges.enumerated() {
          var sum = 0
          for offset in 0..<range.count { sum += Int(span[position + offset]) }
          position += Int(slices.pairs[slice]) * 2
          let index = (row / lanes * slices.ranges.count + slice) * lanes + row % lanes
          sums[index] = Float(sum) * scaleSpan[index]
          if withBias, biasSpan.count > 0 { sums[index] += biasSpan[index] * Float(range.count) }
        }
      }
    }
  }
}

/// What packing needs besides its output, kept by one thread from panel to panel.
struct PanelScratch {
  var rows: [Int16]
  let execution: Execution

  init(lanes: Int, pairs: Int, _ execution: Execution) {
    rows = [Int16](repeating: 0, count: lanes * pairs * 2)
    self.execution = execution
  }
}
