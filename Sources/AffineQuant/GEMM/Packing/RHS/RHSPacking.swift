/// Packs the panels of a right side, some at a time.
struct RHSPacking: ~Copyable, ParallelWork {
  private let packer: RHSPacker
  private let memory: RHSMemory
  private let lanes: ByteLanes
  /// Panels, and those that are packed together.
  private let panels, together: Int
  /// The bytes of some lanes, those of a panel before they are narrowed, and sums of one lane: for each worker.
  private let scratch: ByteLanes.Scratch
  private let bytes, whole: WorkerMemory<UInt8>
  private let sum, product: WorkerMemory<Int32>
  let parts: Int

  /// Columns are turned so many at a time: whole cache lines of a row.
  private static let turnedTogether = 128

  init(
    _ packer: RHSPacker, into memory: RHSMemory, parts: Int, threads: Int, _ workspace: Workspace
  ) {
    let (nr, depth) = (packer.layout.nr, packer.slices.depth)
    let together = packer.operand.axis == .rows ? 1 : max(Self.turnedTogether / nr, 1)
    let lanes = ByteLanes(
      packer.operand, packer.slices, offset: packer.layout.offset, packer.kernels)
    let sums = memory.hasSums ? packer.slices.ranges.count : 0
    self.packer = packer
    self.memory = memory
    self.lanes = lanes
    self.together = together
    self.parts = parts
    panels = packer.panels
    scratch = lanes.scratch(of: together * nr, threads: threads, workspace)
    bytes = workspace.take(
      packer.kernels.quads == nil ? together * nr * depth : 0, workers: threads)
    whole = workspace.take(packer.narrows ? nr * depth : 0, workers: threads)
    sum = workspace.take(sums, workers: threads)
    product = workspace.take(sums, workers: threads)
  }

  var preparations: Int { 0 }
  func prepare(_ part: Int, worker: Int) {}

  func run(_ part: Int, worker: Int) {
    let (nr, depth) = (packer.layout.nr, packer.slices.depth)
    let range = panels * part / parts..<panels * (part + 1) / parts
    let panelBytes = packer.panelBytes
    for first in stride(from: range.lowerBound, to: range.upperBound, by: together) {
      let some = first..<min(first + together, range.upperBound)
      let present = some.lowerBound * nr..<min(some.upperBound * nr, packer.operand.free)
      if let quads = packer.kernels.quads, let codes = memory.codes {
        lanes.lay(
          present, nr, into: codes, at: first * panelBytes, stride: panelBytes, quads)
        for panel in some {
          packer.writeNumbers(panel, rows(of: panel), memory)
          if memory.hasSums { add(codes, panel) }
        }
        continue
      }
      bytes.withPart(of: worker, count: present.count * depth) { bytes in
        lanes.write(present, into: &bytes, scratch, worker: worker)
        for panel in some {
          let rows = rows(of: panel)
          let place = (rows.lowerBound - present.lowerBound) * depth
          let source = bytes.span.extracting(place..<place + rows.count * depth)
          packer.writeNumbers(panel, rows, memory)
          if memory.hasSums { add(source, panel, rows.count, worker) }
          // A panel's range is its own.
          memory.codes?.withRange(panel * panelBytes..<(panel + 1) * panelBytes) { codes in
            whole.withPart(of: worker, count: packer.narrows ? nr * depth : 0) {
              packer.arrange(source, rows: rows.count, &$0, &codes)
            }
          }
        }
      }
    }
  }

  private func rows(of panel: Int) -> Range<Int> {
    let nr = packer.layout.nr
    return panel * nr..<min((panel + 1) * nr, packer.operand.free)
  }

  /// The same of a panel of quads, whose codes are laid: no products of neighbours.
  private func add(_ codes: DisjointMemory<UInt8>, _ panel: Int) {
    guard let totals = memory.totals, let kernel = packer.kernels.quadTotals else { return }
    precondition(memory.products == nil)
    let (nr, ranges) = (packer.layout.nr, packer.slices.ranges)
    let start = panel * ranges.count * nr, present = rows(of: panel).count
    unsafe lanes.sums(
      codes.pointer + panel * packer.panelBytes, lanes: nr, isSigned: false,
      totals.pointer + start, kernel)
    for slice in ranges.indices {
      for lane in 0..<nr {
        let index = start + slice * nr + lane
        let zero = memory.zeros?[index] ?? Int32(packer.layout.offset)
        totals[index] = lane < present ? totals[index] - zero * Int32(ranges[slice].count) : 0
        guard let scales = memory.scales else { continue }
        memory.scaled?[index] = Float(totals[index]) * scales[index]
      }
    }
  }

  /// Sums the slices of the lanes of a panel, whose ranges are its own; those of lanes that are not there
  /// are zero.
  private func add(
    _ bytes: borrowing Span<UInt8>, _ panel: Int, _ present: Int, _ worker: Int
  ) {
    let (nr, depth, count) = (packer.layout.nr, packer.slices.depth, packer.slices.ranges.count)
    let ranges = packer.slices.ranges
    let start = panel * count * nr
    for lane in 0..<nr {
      if lane < present {
        unsafe lanes.sums(
          bytes.extracting(lane * depth..<(lane + 1) * depth), isSigned: false,
          sum.start(of: worker), product.start(of: worker))
      }
      for slice in 0..<count {
        let index = start + slice * nr + lane
        let zero = memory.zeros?[index] ?? Int32(packer.layout.offset)
        let total = lane < present ? sum[worker, slice] - zero * Int32(ranges[slice].count) : 0
        memory.totals?[index] = total
        memory.products?[index] = lane < present ? 0 &- product[worker, slice] : 0
        if let scales = memory.scales { memory.scaled?[index] = Float(total) * scales[index] }
      }
    }
  }
}
