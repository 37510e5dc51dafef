internal import AffineKernels

/// Packs rows of codes into left panels, with their sums.
struct LeftPacker {
  let matrix: CodeMatrix
  let panel: LeftPanel
  /// Added to every code.
  let codeOffset: Int
  /// The zero point that all right codes have, or zero where each has its own.
  let rightOffset: Int
  let execution: Execution

  func pack(
    _ panels: Range<Int>, panelBytes: Int, _ codes: DisjointMemory<UInt8>,
    _ starts: DisjointMemory<Int32>, _ totals: DisjointMemory<Int32>
  ) {
    let (lanes, slices) = (panel.lanes, panel.slices)
    var rows = ByteRows(matrix, slices, offset: codeOffset, isSigned: true, execution)
    let sliceCount = slices.ranges.count
    let count = sliceCount * lanes
    var bytes = [UInt8](repeating: 0, count: lanes * slices.rowBytes)
    var (total, product) = (
      [Int32](repeating: 0, count: sliceCount), [Int32](repeating: 0, count: sliceCount)
    )
    for index in panels {
      let first = index * lanes
      let present = min(lanes, matrix.shape.rows - first)
      // A panel's ranges are its own.
      starts.withRange(index * count..<(index + 1) * count) { starts in
        totals.withRange(index * count..<(index + 1) * count) { totals in
          for lane in 0..<lanes {
            guard lane < present else {
              for slice in 0..<sliceCount {
                (starts[slice * lanes + lane], totals[slice * lanes + lane]) = (0, 0)
              }
              continue
            }
            var all = bytes.mutableSpan
            var row = all.part(lane * slices.rowBytes..<(lane + 1) * slices.rowBytes)
            rows.write(first + lane, into: &row)
            var totalSpan = total.mutableSpan
            var productSpan = product.mutableSpan
            let written = row.span
            rows.totals(written, &totalSpan, &productSpan)
            for slice in 0..<sliceCount {
              let start = Int32(truncatingIfNeeded: -rightOffset) &* totalSpan[slice]
              starts[slice * lanes + lane] =
                panel.order == .wide ? start &- productSpan[slice] : start
              totals[slice * lanes + lane] = totalSpan[slice]
            }
          }
        }
      }
      codes.withRange(index * panelBytes..<(index + 1) * panelBytes) { codes in
        panel.arrange(bytes, rows: present, execution, &codes)
      }
    }
  }
}
