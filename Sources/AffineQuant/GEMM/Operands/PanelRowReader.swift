/// Reads single rows out of panels: four codes at a time where they lie whole or in halves of bytes; squeezed ones
/// after a kernel has spread the panel.
///
/// Words of a row lie as far apart as panels are wide, most on a cache line of their own: a row costs the lines of its
/// panel.
struct PanelRowReader {
  private let codes: Buffer<UInt8>
  private let lanes: PanelLanes
  private let storage: CodeFormat
  private let spread: Kernel<SqueezePanel>?
  private let pack: Kernel<PackCodes>
  /// The spread panel, and which it is.
  private var whole: [UInt8]
  private var panel = -1
  /// The codes of a row with the padding of its slices, and without.
  private var padded, row: [UInt8]

  init(_ matrix: CodeMatrix, _ tiles: PackedRHS, _ execution: Execution) {
    let kernels = PanelKernels(tiles.layout.form, execution)
    (spread, pack) = (kernels.spread, kernels.pack)
    codes = matrix.codes
    lanes = PanelLanes(layout: tiles.layout, slices: tiles.slices)
    storage = matrix.storage
    let depth = tiles.slices.depth
    whole = [UInt8](repeating: 0, count: kernels.spread == nil ? 0 : tiles.layout.nr * depth)
    padded = [UInt8](repeating: 0, count: depth)
    row = [UInt8](repeating: 0, count: matrix.shape.columns)
  }

  /// The codes of a row as a matrix holds them.
  mutating func read(_ number: Int, into bytes: inout MutableSpan<UInt8>) {
    // Copies: what is read here lives on while the arrays change.
    let (codes, lanes, storage, pack) = (codes, lanes, storage, pack)
    let (panel, lane) = lanes.layout.place(ofRow: number)
    let source = codes.span.extracting(lanes.bytes(ofPanel: panel))
    if let spread {
      if panel != self.panel { lanes.spread(source, into: &whole, spread) }
      self.panel = panel
      let whole = whole
      lanes.collect(whole.span, lane, into: &padded)
    } else {
      lanes.collect(source, lane, into: &padded)
    }
    lanes.unpad(padded, into: &row)
    storage.pack(row.span, into: &bytes, pack)
  }
}

/// Where the codes of single lanes lie in a panel.
private struct PanelLanes {
  let layout: RHSLayout
  let slices: ContractedSlices

  func bytes(ofPanel panel: Int) -> Range<Int> {
    let count = layout.groupBytes * slices.groupCount
    return panel * count..<(panel + 1) * count
  }

  func spread(
    _ source: borrowing Span<UInt8>, into whole: inout [UInt8], _ kernel: Kernel<SqueezePanel>
  ) {
    var target = whole.mutableSpan
    PackKernels.squeeze(source, groups: slices.groupCount, layout, into: &target, kernel)
  }

  /// The codes of a lane, one a byte, of a panel that is not squeezed, or no longer.
  func collect(_ panel: borrowing Span<UInt8>, _ lane: Int, into row: inout [UInt8]) {
    let isHalved = layout.form == .uint4
    let lanes = isHalved ? layout.nr / 2 : layout.nr
    let (run, first) = (layout.run, lane % lanes * layout.run)
    let (shift, mask): (UInt32, UInt32) = isHalved ? (lane < lanes ? 0 : 4, 0x0f0f_0f0f) : (0, ~0)
    // What was added to a code is its highest bit, turned over; above it nothing counts.
    let offset = UInt32(layout.offset) &* 0x0101_0101
    precondition(
      run.isMultiple(of: 4) && row.count.isMultiple(of: run) && panel.count >= row.count * lanes)
    unsafe panel.withUnsafeBytes { panel in
      unsafe row.withUnsafeMutableBytes { row in
        for start in stride(from: 0, to: row.count, by: run) {
          let source = start * lanes + first
          for byte in stride(from: 0, to: run, by: 4) {
            let word = unsafe panel.loadUnaligned(fromByteOffset: source + byte, as: UInt32.self)
            unsafe row.storeBytes(
              of: word &>> shift & mask ^ offset, toByteOffset: start + byte, as: UInt32.self)
          }
        }
      }
    }
  }

  func unpad(_ padded: [UInt8], into row: inout [UInt8]) {
    var target = row.mutableSpan
    slices.unpad(padded.span, into: &target)
  }
}
