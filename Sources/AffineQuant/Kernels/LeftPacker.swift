internal import AffineKernels

/// Packs rows of codes into left panels, with their sums.
struct LeftPacker {
  let matrix: CodeMatrix
  let lanes: Int
  let order: LeftOrder
  let slices: ContractedSlices
  /// Added to every code.
  let codeOffset: Int
  /// The zero point that all right codes have, or zero where each has its own.
  let rightOffset: Int
  let execution: Execution

  func pack(
    _ panels: Range<Int>, panelBytes: Int, _ codes: DisjointMemory<UInt8>,
    _ starts: DisjointMemory<Int32>, _ totals: DisjointMemory<Int32>
  ) {
    var rows = ByteRows(matrix, slices, offset: codeOffset, isSigned: true, execution)
    let sliceCount = slices.ranges.count
    let count = sliceCount * lanes
    var bytes = [UInt8](repeating: 0, count: lanes * slices.rowBytes)
    var (total, product) = (
      [Int32](repeating: 0, count: sliceCount), [Int32](repeating: 0, count: sliceCount)
    )
    for panel in panels {
      let first = panel * lanes
      let present = min(lanes, matrix.shape.rows - first)
      // A panel's ranges are its own.
      starts.withRange(panel * count..<(panel + 1) * count) { starts in
        totals.withRange(panel * count..<(panel + 1) * count) { totals in
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
              starts[slice * lanes + lane] = order == .wide ? start &- productSpan[slice] : start
              totals[slice * lanes + lane] = totalSpan[slice]
            }
          }
        }
      }
      codes.withRange(panel * panelBytes..<(panel + 1) * panelBytes) { codes in
        arrange(bytes, rows: present, &codes)
      }
    }
  }

  /// Puts the rows of a panel into the order that the kernel reads.
  private func arrange(_ bytes: [UInt8], rows: Int, _ codes: inout MutableSpan<UInt8>) {
    switch order {
    case .blocks:
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe codes.withUnsafeMutableBytes { codes in
          guard let from = bytes.baseAddress, let to = codes.baseAddress else { return }
          let length = slices.rowBytes
          for start in stride(from: 0, to: length, by: 64) {
            for row in 0..<rows {
              unsafe (to + start * lanes + row * 64).copyMemory(
                from: from + row * length + start, byteCount: min(64, length - start))
            }
          }
        }
      }
    case .quads:
      TransposeKernels.interleave(
        bytes, count: rows, lanes: lanes, units: slices.quadCount, into: &codes, execution)
    case .wide:
      var quads = [UInt8](repeating: 0, count: bytes.count)
      var span = quads.mutableSpan
      TransposeKernels.interleave(
        bytes, count: rows, lanes: lanes, units: slices.quadCount, into: &span, execution)
      widen(quads, into: &codes)
    }
  }

  private func widen(_ quads: [UInt8], into codes: inout MutableSpan<UInt8>) {
    let kernel = PanelKernels.widen.best(on: execution.instructionSet)
    unsafe quads.withUnsafeBytes { quads in
      unsafe codes.withUnsafeMutableBytes { codes in
        guard let from = quads.baseAddress, let to = codes.baseAddress else { return }
        var arguments = unsafe WidenQuads(
          c: aq_widen_args(
            codes: from.assumingMemoryBound(to: Int8.self), quads: quads.count / 4,
            wide: to.assumingMemoryBound(to: Int16.self)))
        kernel(&arguments)
      }
    }
  }
}
