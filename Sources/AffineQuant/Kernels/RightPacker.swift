internal import AffineKernels

/// Packs rows of codes into the panels of a tiled matrix, with what products need of them.
struct RightPacker {
  private let matrix: CodeMatrix
  private let slices: ContractedSlices
  private let order: TileOrder
  private let execution: Execution
  private let zeros: Buffer<Int32>

  /// The matrix lies row by row.
  init(_ matrix: CodeMatrix, _ lanes: Int, _ slices: ContractedSlices, _ execution: Execution) {
    self.matrix = matrix
    self.slices = slices
    self.execution = execution
    let order = TileOrder(lanes: lanes, storage: matrix.storage)
    self.order = order
    zeros = LaneParameters.spread(matrix.zeroPoints, matrix.grid, lanes: lanes, slices) {
      Int32($0) + Int32(order.offset)
    }
  }

  /// The tiles, for one product or to last; sums of products come with them where the caller's kernel
  /// reads them.
  func tiled(withProducts: Bool, lasts: Bool) -> CodeMatrix {
    let panels = order.panels(rows: matrix.shape.rows)
    let codes = BufferBuilder<UInt8>(
      count: panels * slices.quadCount * order.quadBytes, lasts: lasts)
    let products = withProducts ? builder() : nil
    pack(into: codes.memory, products.map { (.products, $0.memory) })
    let numbers = [matrix.scales, matrix.biases].map {
      LaneNumbers($0, matrix.type.mapping.scale, matrix.grid, lanes: order.lanes, slices)
    }
    let parameters = LaneParameters(
      order: order, slices: slices, scales: numbers[0], biases: numbers[1], zeros: zeros,
      derived: LaneSums(products: products?.buffer))
    return matrix.tiled(codes.buffer, parameters)
  }

  /// Sums alone.
  func sums(_ kind: LaneSums.Kind) -> Buffer<Int32> {
    let sums = builder()
    pack(into: nil, (kind, sums.memory))
    return sums.buffer
  }

  private func builder() -> BufferBuilder<Int32> {
    BufferBuilder(
      count: order.panels(rows: matrix.shape.rows) * slices.ranges.count * order.lanes, lasts: true)
  }

  private func pack(
    into codes: DisjointMemory<UInt8>?,
    _ sums: (kind: LaneSums.Kind, memory: DisjointMemory<Int32>)?
  ) {
    let panels = order.panels(rows: matrix.shape.rows)
    ThreadPool.shared.parallelRows(panels, order.lanes * matrix.shape.columns, execution) { part in
      pack(part, codes, sums)
    }
  }

  private func pack(
    _ panels: Range<Int>, _ codes: DisjointMemory<UInt8>?,
    _ sums: (kind: LaneSums.Kind, memory: DisjointMemory<Int32>)?
  ) {
    var rows = ByteRows(matrix, slices, offset: order.offset, isSigned: false, execution)
    let (lanes, sliceCount) = (order.lanes, slices.ranges.count)
    let panelBytes = slices.quadCount * order.quadBytes
    var bytes = [UInt8](repeating: 0, count: lanes * slices.rowBytes)
    for panel in panels {
      let present = min(lanes, matrix.shape.rows - panel * lanes)
      for lane in 0..<present {
        var all = bytes.mutableSpan
        var row = all.part(lane * slices.rowBytes..<(lane + 1) * slices.rowBytes)
        rows.write(panel * lanes + lane, into: &row)
      }
      if let (kind, memory) = sums {
        // A panel's ranges are its own.
        let range = panel * sliceCount * lanes..<(panel + 1) * sliceCount * lanes
        memory.withRange(range) { add(kind, bytes, rows, present, range.lowerBound, &$0) }
      }
      codes?.withRange(panel * panelBytes..<(panel + 1) * panelBytes) { codes in
        arrange(bytes, rows: present, &codes)
      }
    }
  }

  /// Sums the slices of the rows of a panel; those of rows that are not there are zero.
  private func add(
    _ kind: LaneSums.Kind, _ bytes: [UInt8], _ rows: ByteRows, _ present: Int, _ start: Int,
    _ sums: inout MutableSpan<Int32>
  ) {
    let (lanes, sliceCount) = (order.lanes, slices.ranges.count)
    var total = [Int32](repeating: 0, count: sliceCount)
    var product = total
    let all = bytes.span
    for lane in 0..<lanes {
      guard lane < present else {
        for slice in 0..<sliceCount { sums[slice * lanes + lane] = 0 }
        continue
      }
      var totalSpan = total.mutableSpan
      var productSpan = product.mutableSpan
      rows.totals(
        all.extracting(lane * slices.rowBytes..<(lane + 1) * slices.rowBytes), &totalSpan,
        &productSpan)
      for slice in 0..<sliceCount {
        let index = slice * lanes + lane
        switch kind {
        case .totals:
          let count = Int32(slices.ranges[slice].count)
          sums[index] = totalSpan[slice] - zero(start + index) * count
        case .products: sums[index] = 0 &- productSpan[slice]
        }
      }
    }
  }

  private func zero(_ index: Int) -> Int32 {
    zeros.count > 0 ? zeros.span[index] : Int32(order.offset)
  }

  /// Interleaves the rows of a panel, and halves their bytes where codes have 4 bits.
  private func arrange(_ bytes: [UInt8], rows: Int, _ codes: inout MutableSpan<UInt8>) {
    guard order.bits == 4 else {
      TransposeKernels.interleave(
        bytes, count: rows, lanes: order.lanes, units: slices.quadCount, into: &codes, execution)
      return
    }
    var quads = [UInt8](repeating: 0, count: bytes.count)
    var span = quads.mutableSpan
    TransposeKernels.interleave(
      bytes, count: rows, lanes: order.lanes, units: slices.quadCount, into: &span, execution)
    let half = order.quadBytes
    for quad in 0..<slices.quadCount {
      for byte in 0..<half {
        codes[quad * half + byte] =
          span[2 * quad * half + byte] | span[(2 * quad + 1) * half + byte] << 4
      }
    }
  }
}
