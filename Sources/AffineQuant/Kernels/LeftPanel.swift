internal import AffineKernels

/// How a kernel wants the rows of one left panel.
struct LeftPanel {
  let lanes: Int
  let order: LeftOrder
  let slices: ContractedSlices

  /// The bytes of the panel.
  var byteCount: Int { lanes * order.rowBytes(slices) }

  /// Puts the rows of a panel into the order that the kernel reads.
  func arrange(
    _ bytes: [UInt8], rows: Int, _ execution: Execution, _ codes: inout MutableSpan<UInt8>
  ) {
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
      widen(quads, execution, into: &codes)
    }
  }

  private func widen(
    _ quads: [UInt8], _ execution: Execution, into codes: inout MutableSpan<UInt8>
  ) {
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
