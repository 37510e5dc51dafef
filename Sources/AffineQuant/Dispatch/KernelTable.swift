package import AffineKernels

/// The kernels of one family, fastest first.
///
/// The portable kernel is not optional: a family without one does not compile.
package struct KernelTable<Arguments>: Sendable {
  private let definitions: [KernelDefinition<Arguments>]
  let kernels: [Kernel<Arguments>]
  private let bestHere: Kernel<Arguments>
  /// Of a family whose kernels can come from outside.
  private let added: AddedKernel.Family?

  package init(
    _ family: aq_family, portable name: String, tile: KernelTile? = nil,
    added: AddedKernel.Family? = nil, _ portable: @escaping Kernel<Arguments>.Entry
  ) {
    let last = KernelDefinition<Arguments>(
      row: KernelRow(
        name: name, needs: .portable, tier: .portable, isBuilt: true, family: added),
      tile: tile, entry: portable)
    definitions =
      unsafe UnsafeBufferPointer(start: family.kernels, count: family.count).map {
        unsafe KernelDefinition(c: $0, family: added)
      } + [last]
    kernels = definitions.map(Kernel.init)
    bestHere = kernels.first { $0.row.canRun() } ?? Kernel(last)
    self.added = added
  }

  /// The fastest kernel for so many left rows: of those that the execution adds, then of the table's.
  package func best(on execution: Execution, rows: Int = .max) -> Kernel<Arguments> {
    let kernel = choice(on: execution, rows)
    guard let record = execution.record else { return kernel }
    return kernel.noted(in: record)
  }

  private func choice(on execution: Execution, _ rows: Int) -> Kernel<Arguments> {
    let isPlain = execution.instructionSet == .running && execution.added.isEmpty
    if isPlain && !bestHere.isTooLarge(for: rows) { return bestHere }
    guard let first = first(on: execution, where: { _ in true }) else {
      preconditionFailure("a table without a portable kernel")
    }
    guard first.isTooLarge(for: rows) else { return first }
    return self.first(on: execution) { $0.replaces(first) && !$0.isTooLarge(for: rows) } ?? first
  }

  /// The first that the execution may use and that serves; every call asks, so nothing is allocated.
  private func first(
    on execution: Execution, where serves: (Kernel<Arguments>) -> Bool
  ) -> Kernel<Arguments>? {
    let sets = execution.instructionSet.intersection(.running)
    for kernel in execution.added where kernel.family == added && kernel.row.canRun(on: sets) {
      let kernel: Kernel<Arguments> = kernel.kernel()
      if serves(kernel) { return kernel }
    }
    return kernels.first { $0.row.canRun(on: sets) && serves($0) }
  }

  /// The numbers of left rows around one for which the choice is the same: no kernel's least number of rows lies
  /// between them.
  func rowsServed(like rows: Int, on execution: Execution) -> Range<Int> {
    let least = usable(on: execution).map(\.minimumRows)
    return (least.filter { $0 <= rows }.max() ?? 0)..<(least.filter { $0 > rows }.min() ?? .max)
  }

  /// All that the execution may use; the portable one is last.
  private func usable(on execution: Execution) -> [Kernel<Arguments>] {
    let sets = execution.instructionSet.intersection(.running)
    return execution.added.filter { $0.family == added && $0.row.canRun(on: sets) }
      .map { $0.kernel() } + kernels.filter { $0.row.canRun(on: sets) }
  }

  /// Whether the first kernel that a CPU with these instruction sets has leaves so few rows to floats.
  func leavesToFloats(_ rows: Int, on sets: InstructionSet) -> Bool {
    kernels.first { $0.row.needs.isSubset(of: sets) }?.leavesToFloats(rows) ?? false
  }

  /// Whether the execution may use a kernel that is not the portable one.
  package func isSpecial(on execution: Execution) -> Bool {
    choice(on: execution, .max).row != kernels.last?.row
  }

  var rows: [KernelRow] { kernels.map(\.row) }
}
