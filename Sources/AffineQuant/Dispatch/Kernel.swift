internal import AffineKernels

/// One kernel: its row of the report, its tile, and its entry, which takes the arguments of its family.
package struct Kernel<Arguments>: Sendable {
  package typealias Entry = @Sendable (_ arguments: inout Arguments) -> Void

  package let row: KernelRow
  /// `nil` where the family has no tiles.
  private let optionalTile: KernelTile?
  /// What runs; for loops that call it often without a copy of the kernel, which counts references.
  let entry: Entry

  /// No entry: this build is for another CPU.
  package init(row: KernelRow, tile: KernelTile? = nil, entry: Entry?) {
    self.row = row
    optionalTile = tile
    self.entry = entry ?? { _ in preconditionFailure("\(row.name) is not in this build") }
  }

  /// What one call computes.
  package var tile: KernelTile {
    guard let optionalTile else { preconditionFailure("\(row.name) has no tile") }
    return optionalTile
  }

  /// Rows of a left panel, at most mr, that split all rows evenly: no last panel has too few sums to keep
  /// the ports busy.
  func balancedRows(_ rows: Int) -> Int {
    let panels = max((rows + tile.mr - 1) / tile.mr, 1)
    return max((rows + panels - 1) / panels, 1)
  }

  /// Runs the kernel. Its arguments point to memory that the kernel's formula says it touches.
  @inline(__always)
  package func callAsFunction(_ arguments: inout Arguments) {
    entry(&arguments)
  }

  /// The same, noting that it ran.
  func noted(in record: KernelRecord) -> Kernel {
    let plain = self
    return Kernel(row: row, tile: optionalTile) { arguments in
      record.note(plain.row)
      plain(&arguments)
    }
  }

  /// Whether it can serve so many rows where `other` is too large a tile for them.
  func replaces(_ other: Kernel) -> Bool {
    guard let mine = optionalTile, let theirs = other.optionalTile else { return false }
    return mine.sharesRHS(with: theirs)
  }

  /// Whether fewer rows are better left to another kernel.
  func isTooLarge(for rows: Int) -> Bool { optionalTile.map { rows < $0.minimumRows } ?? false }
}

extension Kernel {
  /// A row of the list of C kernels. The only crossing into C: the entry of a family takes that family's
  /// arguments.
  init(c kernel: aq_kernel) {
    let row = unsafe KernelRow(
      name: String(cString: kernel.symbol), needs: InstructionSet(rawValue: kernel.needs),
      tier: kernel.tuned ? .tuned : .vectorized, isBuilt: kernel.run != nil)
    var entry: Entry?
    if let run = unsafe kernel.run {
      // The wrapper's only field is the C struct, so both start at one address.
      entry = { arguments in
        unsafe withUnsafeMutablePointer(to: &arguments) { unsafe run(UnsafeMutableRawPointer($0)) }
      }
    }
    unsafe self.init(row: row, tile: KernelTile(c: kernel.tile), entry: entry)
  }

  /// A kernel that a caller added.
  init(_ added: AddedKernel) {
    let run = unsafe added.run
    self.init(row: added.row, tile: added.tile) { arguments in
      unsafe withUnsafeMutablePointer(to: &arguments) { unsafe run(UnsafeMutableRawPointer($0)) }
    }
  }
}
