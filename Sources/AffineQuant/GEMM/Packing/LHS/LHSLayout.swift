internal import AffineKernels

/// How the codes of a packed left side lie: panels of ``mr`` rows; in a panel, run after run of the padded
/// contracted axis; in a run, row after row.
struct LHSLayout {
  let mr: Int
  /// Codes of one row that lie together.
  let run: Int
  let form: PackedForm
  /// Codes of a padded row.
  let depth: Int
  /// Slices of the contracted axis.
  let sliceCount: Int

  init(_ tile: KernelTile, _ slices: ContractedSlices) {
    mr = tile.mr
    run = tile.lhsRun
    form = tile.lhs
    depth = slices.depth
    sliceCount = slices.ranges.count
  }

  /// The bytes of the panel.
  var byteCount: Int { mr * ((depth + run - 1) / run * run) * form.bits / 8 }

  /// Whether sums lack the products of neighbours, which are taken off when they start.
  var multipliesPairs: Bool { form == .int16Pairs }

  /// Lays the rows of a panel, given one after the other, a byte a code.
  func arrange(
    _ bytes: borrowing Span<UInt8>, rows: Int, _ kernels: PackingKernels,
    _ codes: inout MutableSpan<UInt8>
  ) {
    let runs = Runs(lanes: mr, bytes: run, interleave: kernels.interleave)
    guard let widen = kernels.widen else {
      runs.lay(bytes, rows: rows, depth: depth, into: &codes)
      return
    }
    // The narrow panel fills the second half of the wide one, which is written from its start: what is
    // written never reaches what is still to be read.
    let half = mr * depth
    var narrow = codes.part(half..<2 * half)
    runs.lay(bytes, rows: rows, depth: depth, into: &narrow)
    unsafe codes.withUnsafeMutableBytes { codes in
      guard let start = codes.baseAddress else { return }
      var arguments = unsafe WidenQuads(
        c: aq_widen_args(
          codes: (start + half).assumingMemoryBound(to: Int8.self), quads: half / 4,
          wide: start.assumingMemoryBound(to: Int16.self)))
      widen(&arguments)
    }
  }
}
