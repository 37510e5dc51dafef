/// The kernels that take the panels of a right side apart.
struct PanelKernels: Sendable {
  /// Only where codes take halves of bytes.
  let split: Kernel<SplitPanel>?
  /// Only where they are squeezed.
  let spread: Kernel<SqueezePanel>?
  let interleave: Kernel<InterleaveRows>
  let pack: Kernel<PackCodes>

  init(_ form: PackedForm, _ execution: Execution) {
    split = form == .uint4 ? PackKernels.split.best(on: execution) : nil
    spread = form.isSqueezed ? PackKernels.spread.best(on: execution) : nil
    interleave = TransposeKernels.interleave.best(on: execution)
    pack = BitKernels.pack.best(on: execution)
  }

  /// The kernels in the order in which they run.
  var rows: [KernelRow] { [split?.row, spread?.row, interleave.row, pack.row].compactMap(\.self) }
}
