/// The kernels that pack one side of a product of codes.
struct PackingKernels: Sendable {
  /// `nil`: codes are bytes as panels hold them, which are copied where they cannot be laid from where they lie.
  let unpack: Kernel<UnpackCodes>?
  /// Only where lanes are columns that are turned.
  let transpose: Kernel<TransposeBytes>?
  /// Only where lanes are columns of bytes, and runs of four: what lays them as they are.
  let quads: Kernel<LayQuads>?
  /// Sums of codes, for zero points and for products of neighbours.
  let sums: Kernel<TotalsOfSlices>
  /// The same of whole panels, where these are quads and nobody asks for products.
  let quadTotals: Kernel<TotalsOfQuads>?
  /// `nil`: runs are copied.
  let interleave: Kernel<InterleaveRows>?
  /// Only where the kernel multiplies 16 bits.
  let widen: Kernel<WidenQuads>?
  /// Only where codes take halves of bytes.
  let halve: Kernel<HalvePanel>?
  /// Only where they are squeezed.
  let squeeze: Kernel<SqueezePanel>?

  /// For the left panels of a tile.
  init(left tile: KernelTile, _ codes: CodeFormat, _ axis: FreeAxis, _ execution: Execution) {
    let areQuads = tile.lhsRun == Self.quad && !tile.multipliesPairs && tile.mr >= Self.fewest
    self.init(
      tile.lhs, run: tile.lhsRun, axis,
      copies: areQuads && axis == .rows && codes == .signed(bits: 8),
      laysQuads: areQuads && Self.laysQuads(tile, tile.mr, codes, axis), sumsQuads: areQuads,
      execution)
  }

  /// For the right panels of a tile, likewise.
  init(right tile: KernelTile, _ codes: CodeFormat, _ axis: FreeAxis, _ execution: Execution) {
    let areQuads = tile.rhsRun == Self.quad && !tile.multipliesPairs && tile.nr >= Self.fewest
    let laysQuads = areQuads && Self.laysQuads(tile, tile.nr, codes, axis)
    self.init(
      tile.rhs, run: tile.rhsRun, axis, laysQuads: laysQuads, sumsQuads: laysQuads, execution)
  }

  /// Codes of a run; slices that are padded to longer k-groups are laid as those of other runs are.
  private static let quad = 4
  /// Lanes of panels of quads that kernels take, which a tile that a caller adds may not have: see `pack.h`.
  private static let (fewest, most) = (4, 192)

  private static func laysQuads(
    _ tile: KernelTile, _ lanes: Int, _ codes: CodeFormat, _ axis: FreeAxis
  ) -> Bool { tile.kr == quad && lanes <= most && codes.bits == 8 && axis == .columns }

  /// For panels of a form and runs of some bytes.
  init(
    _ form: PackedForm, run: Int, _ axis: FreeAxis, copies: Bool = false,
    laysQuads: Bool = false, sumsQuads: Bool = false, _ execution: Execution
  ) {
    unpack = copies || laysQuads ? nil : BitKernels.unpack.best(on: execution)
    transpose =
      axis == .columns && !laysQuads ? TransposeKernels.bytes.best(on: execution) : nil
    quads = laysQuads ? PackKernels.quads.best(on: execution) : nil
    sums = PackKernels.totals.best(on: execution)
    quadTotals = sumsQuads ? PackKernels.quadTotals.best(on: execution) : nil
    interleave =
      Runs.areInterleaved(run) ? TransposeKernels.interleave.best(on: execution) : nil
    widen = form == .int16Pairs ? PackKernels.widen.best(on: execution) : nil
    halve = form == .uint4 ? PackKernels.halve.best(on: execution) : nil
    squeeze = form.isSqueezed ? PackKernels.squeeze.best(on: execution) : nil
  }

  /// Whether codes lie in runs as they are, so that what makes them can put them there.
  var laysRuns: Bool { interleave == nil && widen == nil && halve == nil && squeeze == nil }

  /// The kernels in the order in which they run.
  func rows(sums hasSums: Bool) -> [KernelRow] {
    let sums = hasSums && quadTotals == nil ? sums.row : nil
    let made = quads.map { [$0.row] } ?? rowsAfterQuantizing(sums: false)
    return [unpack?.row, transpose?.row, sums].compactMap(\.self) + made
      + [hasSums ? quadTotals?.row : nil].compactMap(\.self)
  }

  /// Those that run after another kernel has made the codes.
  func rowsAfterQuantizing(sums hasSums: Bool) -> [KernelRow] {
    [hasSums ? sums.row : nil, interleave?.row, widen?.row, halve?.row, squeeze?.row]
      .compactMap(\.self)
  }
}
