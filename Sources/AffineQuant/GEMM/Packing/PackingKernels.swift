/// The kernels that pack one side of a product of codes.
struct PackingKernels: Sendable {
  let unpack: Kernel<UnpackCodes>
  /// Only where lanes are columns.
  let transpose: Kernel<TransposeBytes>?
  /// Sums of codes, for zero points and for products of neighbours.
  let sums: Kernel<TotalsOfSlices>
  /// `nil`: runs are copied.
  let interleave: Kernel<InterleaveRows>?
  /// Only where the kernel multiplies 16 bits.
  let widen: Kernel<WidenQuads>?
  /// Only where codes take halves of bytes.
  let halve: Kernel<HalvePanel>?
  /// Only where they are squeezed.
  let squeeze: Kernel<SqueezePanel>?

  /// For panels of a form and runs of some bytes.
  init(_ form: PackedForm, run: Int, _ axis: FreeAxis, _ execution: Execution) {
    unpack = BitKernels.unpack.best(on: execution)
    transpose = axis == .columns ? TransposeKernels.bytes.best(on: execution) : nil
    sums = PackKernels.totals.best(on: execution)
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
    [unpack.row, transpose?.row].compactMap(\.self) + rowsAfterQuantizing(sums: hasSums)
  }

  /// Those that run after another kernel has made the codes.
  func rowsAfterQuantizing(sums hasSums: Bool) -> [KernelRow] {
    [hasSums ? sums.row : nil, interleave?.row, widen?.row, halve?.row, squeeze?.row]
      .compactMap(\.self)
  }
}
