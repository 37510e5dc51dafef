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

  func tiled() -> CodeMatrix {
    let panels = order.panels(rows: matrix.shape.rows)
    let count = panels * slices.ranges.count * order.lanes
    let codes = BufferBuilder<UInt8>(count: panels * slices.quadCount * order.quadBytes)
    let totals = BufferBuilder<Int32>(count: count), products = BufferBuilder<Int32>(count: count)
    ThreadPool.shared.parallelRows(panels, order.lanes * matrix.shape.columns, execution) { part in
      pack(part, codes.memory, totals.memory, products.memory)
    }
    let scales = LaneParameters.spread(matrix.scales, matrix.grid, lanes: order.lanes, slices) {
      $0
    }
    let biases = LaneParameters.spread(matrix.biases, matrix.grid, lanes: order.lanes, slices) {
      $0
    }
    let parameters = LaneParameters(
      order: order, slices: slices, scales: scales, biases: biases,
      valueBiases: LaneParameters.valueBiases(scales, biases, zeros, order), zeros: zeros,
      totals: totals.buffer, products: products.buffer)
    return matrix.rearranged(codes.buffer, tiles: parameters)
  }

  private func pack(
    _ panels: Range<Int>, _ codes: DisjointMemory<UInt8>, _ totals: DisjointMemory<Int32>,
    _ products: DisjointMemory<Int32>
  ) {
    var rows = ByteRows(matrix, slices, offset: order.offset, isSigned: false, execution)
    let (lanes, sliceCount) = (order.lanes, slices.ranges.count)
    let (count, panelBytes) = (sliceCount * lanes, slices.quadCount * order.quadBytes)
    var bytes = [UInt8](repeating: 0, count: lanes * slices.rowBytes)
    var (total, product) = (
      [Int32](repeating: 0, count: sliceCount), [Int32](repeating: 0, count: sliceCount)
    )
    for panel in panels {
      let present = min(lanes, matrix.shape.rows - panel * lanes)
      // A panel's ranges are its own.
      totals.withRange(panel * count..<(panel + 1) * count) { totals in
        products.withRange(panel * count..<(panel + 1) * count) { products in
          for lane in 0..<lanes {
            guard lane < present else {
              for slice in 0..<sliceCount {
                (totals[slice * lanes + lane], products[slice * lanes + lane]) = (0, 0)
              }
              continue
            }
            var all = bytes.mutableSpan
            var row = all.part(lane * slices.rowBytes..<(lane + 1) * slices.rowBytes)
            rows.write(panel * lanes + lane, into: &row)
            var totalSpan = total.mutableSpan
            var productSpan = product.mutableSpan
            let written = row.span
            rows.totals(written, &totalSpan, &productSpan)
            for slice in 0..<sliceCount {
              let zero = zero(panel * count + slice * lanes + lane)
              let length = Int32(slices.ranges[slice].count)
              totals[slice * lanes + lane] = totalSpan[slice] - zero * length
              products[slice * lanes + lane] = 0 &- productSpan[slice]
            }
          }
        }
      }
      codes.withRange(panel * panelBytes..<(panel + 1) * panelBytes) { codes in
        arrange(bytes, rows: present, &codes)
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
