internal import Synchronization

/// Memory that one call works in: it is handed out piece by piece, and comes back whole for the next call.
@safe
package final class Workspace: @unchecked Sendable {
  private var memory: Allocation
  private var capacity: Int
  private var used = 0
  /// What did not fit; the next call finds room for so many bytes of it.
  private var further: [Allocation] = []
  private var furtherBytes = 0

  private var knownSlices: [(lhs: BlockGrid?, rhs: BlockGrid, slices: ContractedSlices)] = []
  private var knownShortSlices: [(grid: BlockGrid, kr: Int, slices: ShortSlices)] = []
  /// The products of a few layers and their gradients.
  private static let slicesKept = 64

  private static let line = 64
  private static let spare = Mutex<[Workspace]>([])
  /// None grows beyond this, which would be kept for calls that never come again: what else a call needs is spare
  /// memory, asked for and given back each time.
  private static let mostKept = 64 << 20

  private init() {
    capacity = 1 << 16
    memory = Allocation(byteCount: capacity, zeroed: false, lasts: true)
  }

  /// Lends a workspace that nobody else uses.
  package static func lend<Result, Failure: Error>(
    _ body: (Workspace) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let workspace = spare.withLock { $0.popLast() } ?? Workspace()
    defer {
      workspace.empty()
      spare.withLock { $0.append(workspace) }
    }
    return try body(workspace)
  }

  private func empty() {
    used = 0
    guard !further.isEmpty else { return }
    further = []
    guard furtherBytes > 0 else { return }
    capacity += furtherBytes
    furtherBytes = 0
    memory = Allocation(byteCount: capacity, zeroed: false, lasts: true)
  }

  /// The contracted axis, cut where blocks of either side of a product end: as an earlier call cut it, of the
  /// latest that differ.
  func slices(_ lhs: BlockGrid?, _ rhs: BlockGrid, kr: Int) -> ContractedSlices {
    if let known = knownSlices.first(where: { $0.lhs == lhs && $0.rhs == rhs && $0.slices.kr == kr }
    ) {
      return known.slices
    }
    let slices = ContractedSlices([lhs, rhs].compactMap(\.self), kr: kr)
    if knownSlices.count == Self.slicesKept { knownSlices.remove(at: 0) }
    knownSlices.append((lhs, rhs, slices))
    return slices
  }

  /// The same cut short enough for float sums, of blocks that floats meet.
  func shortSlices(_ slices: ContractedSlices, _ grid: BlockGrid) -> ShortSlices {
    if let known = knownShortSlices.first(where: { $0.grid == grid && $0.kr == slices.kr }) {
      return known.slices
    }
    guard let short = ShortSlices(of: slices, grid) else {
      preconditionFailure("slices that are cut finer than their blocks")
    }
    if knownShortSlices.count == Self.slicesKept { knownShortSlices.remove(at: 0) }
    knownShortSlices.append((grid, slices.kr, short))
    return short
  }

  /// Memory for elements of each worker.
  package func take<Element: BitwiseCopyable & Sendable>(
    _ count: Int, workers: Int, of _: Element.Type = Element.self
  ) -> WorkerMemory<Element> {
    let stride = (count * MemoryLayout<Element>.stride + Self.line - 1) / Self.line * Self.line
    let each = stride / MemoryLayout<Element>.stride
    return WorkerMemory(take(each * workers), stride: each)
  }

  /// Memory that was taken, as the buffer of a matrix that a call works with, and no longer.
  func buffer<Element: BitwiseCopyable & Sendable>(
    _ memory: DisjointMemory<Element>
  ) -> Buffer<Element> {
    unsafe Buffer(
      unsafeStart: UnsafePointer(memory.pointer), count: memory.count, owner: self)
  }

  /// Memory for elements, on a cache line of its own; its content is undefined.
  package func take<Element: BitwiseCopyable & Sendable>(
    _ count: Int, of _: Element.Type = Element.self
  ) -> DisjointMemory<Element> {
    let bytes = (count * MemoryLayout<Element>.stride + Self.line - 1) / Self.line * Self.line
    if used + bytes <= capacity {
      let start = unsafe memory.start + used
      used += bytes
      return unsafe DisjointMemory(
        start.bindMemory(to: Element.self, capacity: count), count: count)
    }
    let isKept = capacity + furtherBytes + bytes <= Self.mostKept
    let piece = Allocation(byteCount: bytes, zeroed: false, lasts: isKept)
    further.append(piece)
    if isKept { furtherBytes += bytes }
    return unsafe DisjointMemory(
      piece.start.bindMemory(to: Element.self, capacity: count), count: count)
  }
}
