internal import AffineKernels

/// One kernel: its row of the report, its tile, and its entry, which takes the arguments of its family.
///
/// A copy counts no references: workers call kernels all the time, and counters that they shared would take
/// longer than small tiles. Whoever keeps a table, an execution or a record keeps its kernels.
@safe
package struct Kernel<Arguments>: @unchecked Sendable {
  package typealias Entry = @Sendable (_ arguments: inout Arguments) -> Void

  /// The entry of a kernel in C, which takes a pointer to the arguments.
  private let run: CEntry?
  private let definition: Unmanaged<KernelDefinition<Arguments>>

  init(_ definition: KernelDefinition<Arguments>) {
    unsafe run = definition.run
    unsafe self.definition = Unmanaged.passUnretained(definition)
  }

  package var row: KernelRow { unsafe definition._withUnsafeGuaranteedRef { $0.row } }

  private var optionalTile: KernelTile? { unsafe definition._withUnsafeGuaranteedRef { $0.tile } }

  /// What one call computes.
  package var tile: KernelTile {
    guard let optionalTile else { preconditionFailure("\(row.name) has no tile") }
    return optionalTile
  }

  /// Threads that a product with this kernel is worth: multiplying takes time, and so does reading the right side,
  /// which few rows wait for.
  func threads(_ result: Shape, depth: Int, _ execution: Execution) -> Int {
    let pace = unsafe definition._withUnsafeGuaranteedRef { $0.pace }
    let bytes = Double(result.columns) * Double(depth) * Double(tile.rhs.bits) / 8
    let multiplications = Double(result.rows) * Double(result.columns) * Double(depth)
    return execution.threads(
      worth: multiplications / Double(max(pace, 1)) + bytes / Self.bytesReadPerNanosecond)
  }

  /// Of a weight in the second-level cache, which is where one lies that two threads could be too many for.
  private static var bytesReadPerNanosecond: Double { 96 }

  /// Rows of a left panel, at most mr, that split all rows evenly: no last panel has too few sums to keep
  /// the ports busy.
  func balancedRows(_ rows: Int) -> Int {
    let panels = max((rows + tile.mr - 1) / tile.mr, 1)
    return max((rows + panels - 1) / panels, 1)
  }

  /// The rows of a left panel of floats. Those whose runs are single words may be fewer than the tile's; longer runs
  /// are loaded as the rows of a register of tiles, which kernels find where all mr rows of a panel would lie.
  func leftLanes(_ rows: Int) -> Int {
    tile.lhsRun > tile.lhsOfWord ? tile.mr : balancedRows(rows)
  }

  /// Runs the kernel. Its arguments point to memory that the kernel's formula says it touches.
  @inline(__always)
  package func callAsFunction(_ arguments: inout Arguments) {
    if let run = unsafe run {
      // The wrapper's only field is the C struct, so both start at one address.
      unsafe withUnsafeMutablePointer(to: &arguments) { unsafe run(UnsafeMutableRawPointer($0)) }
    } else {
      unsafe definition._withUnsafeGuaranteedRef { $0.call(&arguments) }
    }
  }

  /// The same, noting that it ran.
  func noted(in record: KernelRecord) -> Kernel {
    unsafe definition._withUnsafeGuaranteedRef { plain in
      let noting = record.noting(plain) {
        KernelDefinition(row: plain.row, tile: plain.tile) { [unowned record] arguments in
          record.note(plain.row)
          Kernel(plain)(&arguments)
        }
      }
      return Kernel(noting)
    }
  }

  /// Whether it can serve so many rows where `other` is too large a tile for them.
  func replaces(_ other: Kernel) -> Bool {
    guard let mine = optionalTile, let theirs = other.optionalTile else { return false }
    return mine.sharesRHS(with: theirs)
  }

  /// With fewer rows another kernel is better; 1 where the family has no tiles.
  var minimumRows: Int { optionalTile?.minimumRows ?? 1 }

  /// Whether fewer rows are better left to another kernel.
  func isTooLarge(for rows: Int) -> Bool { rows < minimumRows }

  /// Whether that kernel is one of floats.
  func leavesToFloats(_ rows: Int) -> Bool {
    isTooLarge(for: rows) && optionalTile?.leavesFewToFloats ?? false
  }
}

/// Takes a pointer to the arguments of a family.
typealias CEntry = @convention(c) @Sendable (_ arguments: UnsafeMutableRawPointer) -> Void

/// What a kernel is, in one place.
@safe
final class KernelDefinition<Arguments>: Sendable {
  let row: KernelRow
  /// `nil` where the family has no tiles.
  let tile: KernelTile?
  /// Multiplications in a nanosecond, about.
  let pace: Int
  /// Of a kernel in C that this build has.
  let run: CEntry?
  /// Of one in Swift.
  private let entry: Kernel<Arguments>.Entry?

  init(row: KernelRow, tile: KernelTile?, entry: @escaping Kernel<Arguments>.Entry) {
    self.row = row
    self.tile = tile
    pace = tile.map(row.multiplicationsPerNanosecond) ?? 0
    unsafe run = nil
    self.entry = entry
  }

  /// A row of the list of C kernels. The only crossing into C: the entry of a family takes that family's
  /// arguments.
  init(c kernel: aq_kernel, family: AddedKernel.Family?) {
    row = unsafe KernelRow(
      name: String(cString: kernel.symbol), needs: InstructionSet(rawValue: kernel.needs),
      tier: kernel.tuned ? .tuned : .vectorized, isBuilt: kernel.run != nil, family: family)
    tile = unsafe KernelTile(c: kernel.tile)
    pace = tile.map(row.multiplicationsPerNanosecond) ?? 0
    unsafe run = Self.sendable(kernel.run)
    entry = nil
  }

  /// A kernel that a caller added.
  init(row: KernelRow, tile: KernelTile, run: CEntry) {
    self.row = row
    self.tile = tile
    pace = row.multiplicationsPerNanosecond(tile)
    unsafe self.run = run
    entry = nil
  }

  /// Entries in C keep no state.
  private static func sendable(
    _ run: (@convention(c) (UnsafeMutableRawPointer) -> Void)?
  ) -> CEntry? {
    unsafe unsafeBitCast(run, to: CEntry?.self)
  }

  func call(_ arguments: inout Arguments) {
    guard let entry else { preconditionFailure("\(row.name) is not in this build") }
    entry(&arguments)
  }
}
