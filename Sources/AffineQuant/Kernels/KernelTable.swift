internal import AffineKernels

/// One kernel: its row of the report and its entry, which takes the arguments of its family.
struct Kernel<Arguments>: Sendable {
  typealias Entry = @Sendable (_ arguments: inout Arguments) -> Void

  let row: KernelRow
  /// Rows and columns of the result that one call computes; 0 where the family has no tiles.
  let lhsLanes, rhsLanes: Int
  /// How a left panel of codes lies.
  let order: LeftOrder?
  /// `nil` when this build is for another CPU.
  private let entry: Entry?

  init(
    row: KernelRow, lhsLanes: Int = 0, rhsLanes: Int = 0, order: LeftOrder? = nil, entry: Entry?
  ) {
    self.row = row
    self.lhsLanes = lhsLanes
    self.rhsLanes = rhsLanes
    self.order = order
    self.entry = entry
  }

  /// Left lanes that split rows evenly, so that no last panel has too few sums to keep the ports busy.
  func balancedLanes(rows: Int) -> Int {
    let panels = max((rows + lhsLanes - 1) / lhsLanes, 1)
    return max((rows + panels - 1) / panels, 1)
  }

  /// Runs the kernel. Its arguments point to memory that the kernel's formula says it touches.
  @inline(__always)
  func callAsFunction(_ arguments: inout Arguments) {
    guard let entry else { preconditionFailure("\(row.name) is not in this build") }
    entry(&arguments)
  }
}

/// How the bytes of a left panel of codes lie.
enum LeftOrder: Int, Sendable {
  /// A quad of every row, then the next.
  case quads = 1
  /// The same in 16 bits, each quad as its places 0, 2, 1, 3.
  case wide
  /// 64 bytes of every row, then the next.
  case blocks

  /// The bytes that one row takes of a panel.
  func rowBytes(_ slices: ContractedSlices) -> Int {
    switch self {
    case .quads: slices.rowBytes
    case .wide: 2 * slices.rowBytes
    case .blocks: (slices.rowBytes + 63) / 64 * 64
    }
  }
}

/// The kernels of one family, fastest first.
///
/// The portable kernel is not optional: a family without one does not compile.
struct KernelTable<Arguments>: Sendable {
  let kernels: [Kernel<Arguments>]
  private let bestHere: Kernel<Arguments>

  init(
    _ family: aq_family, portable name: String, lhsLanes: Int = 0, rhsLanes: Int = 0,
    order: LeftOrder? = nil, _ portable: @escaping Kernel<Arguments>.Entry
  ) {
    let last = Kernel<Arguments>(
      row: KernelRow(name: name, needs: .portable, tier: .portable, isBuilt: true),
      lhsLanes: lhsLanes, rhsLanes: rhsLanes, order: order, entry: portable)
    kernels =
      unsafe UnsafeBufferPointer(start: family.kernels, count: family.count).map {
        unsafe Kernel(c: $0)
      } + [last]
    bestHere = kernels.first { $0.row.canRun() } ?? last
  }

  /// The fastest kernel that a CPU with these instruction sets can run.
  func best(on available: InstructionSet) -> Kernel<Arguments> {
    if available == .running { return bestHere }
    let usable = available.intersection(.running)
    guard let first = kernels.first(where: { $0.row.canRun(on: usable) }) else {
      preconditionFailure("a table without portable row")
    }
    return first
  }

  /// The fastest for so many left rows. Where there are `few` or less, tiles leave them to the next
  /// kernel that reads the same right panels.
  func best(on available: InstructionSet, rows: Int, few: Int) -> Kernel<Arguments> {
    let first = best(on: available)
    guard first.order == .blocks, rows <= few else { return first }
    let usable = available.intersection(.running)
    let others = kernels.drop { $0.row != first.row }.dropFirst()
    return others.first { $0.rhsLanes == first.rhsLanes && $0.row.canRun(on: usable) } ?? first
  }

  var rows: [KernelRow] { kernels.map(\.row) }
}

extension Kernel {
  /// The only crossing into C: the entry of a family takes that family's arguments.
  fileprivate init(c kernel: aq_kernel) {
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
    unsafe self.init(
      row: row, lhsLanes: Int(kernel.lhs_lanes), rhsLanes: Int(kernel.rhs_lanes),
      order: LeftOrder(rawValue: Int(kernel.lhs_order)), entry: entry)
  }
}

extension [KernelRow] {
  /// Which of these rows, fastest first, a CPU runs, and why not a faster one.
  func explanation(on available: InstructionSet) -> KernelExplanation {
    var passedOver: [(row: KernelRow, reason: String)] = []
    for row in self {
      if row.canRun(on: available) { return KernelExplanation(chosen: row, passedOver: passedOver) }
      let missing = row.needs.subtracting(available).allNames.joined(separator: ", ")
      passedOver.append(
        (row, row.isBuilt ? "the CPU lacks \(missing)" : "built for another architecture"))
    }
    preconditionFailure("a table without portable row")
  }
}
