/// Takes the panels of a right side apart, some at a time: the reverse of ``RHSPacking``.
struct PanelReading: ~Copyable, ParallelWork {
  private let layout: RHSLayout
  private let slices: ContractedSlices
  private let storage: CodeFormat
  private let shape: Shape
  private let kernels: PanelKernels
  private let codes: Buffer<UInt8>
  private let target: DisjointMemory<UInt8>
  /// A panel in bytes, its lanes, and the codes of one: for each worker.
  private let whole, lanes, row: WorkerMemory<UInt8>
  let parts: Int

  /// Writes the rows of a matrix as matrices hold them.
  init(
    _ matrix: CodeMatrix, _ tiles: PackedRHS, _ kernels: PanelKernels,
    into target: DisjointMemory<UInt8>, parts: Int, threads: Int, _ workspace: Workspace
  ) {
    let (layout, slices) = (tiles.layout, tiles.slices)
    let bytes = layout.nr * slices.depth
    let isNarrow = kernels.split != nil || kernels.spread != nil
    self.layout = layout
    self.slices = slices
    storage = matrix.storage
    shape = matrix.shape
    self.kernels = kernels
    codes = matrix.codes
    self.target = target
    whole = workspace.take(isNarrow ? bytes : 0, workers: threads)
    lanes = workspace.take(bytes, workers: threads)
    row = workspace.take(matrix.shape.columns, workers: threads)
    self.parts = parts
  }

  var preparations: Int { 0 }
  func prepare(_ part: Int, worker: Int) {}

  func run(_ part: Int, worker: Int) {
    let (panels, width) = (
      layout.panels(rows: shape.rows), storage.byteCount(columns: shape.columns)
    )
    let (wholeCount, laneCount) = (
      kernels.split == nil && kernels.spread == nil ? 0 : layout.nr * slices.depth,
      layout.nr * slices.depth
    )
    for panel in panels * part / parts..<panels * (part + 1) / parts {
      let present = panel * layout.nr..<min((panel + 1) * layout.nr, shape.rows)
      // A worker's bytes, and a panel's rows, are its own.
      whole.withPart(of: worker, count: wholeCount) { whole in
        lanes.withPart(of: worker, count: laneCount) { lanes in
          row.withPart(of: worker, count: shape.columns) { row in
            target.withRange(present.lowerBound * width..<present.upperBound * width) {
              read(panel, rows: present.count, &whole, &lanes, &row, into: &$0)
            }
          }
        }
      }
    }
  }

  private func read(
    _ panel: Int, rows: Int, _ whole: inout MutableSpan<UInt8>, _ spread: inout MutableSpan<UInt8>,
    _ row: inout MutableSpan<UInt8>, into target: inout MutableSpan<UInt8>
  ) {
    let panelBytes = layout.groupBytes * slices.groupCount
    let source = codes.span.extracting(panel * panelBytes..<(panel + 1) * panelBytes)
    let runs = Runs(
      lanes: layout.nr, bytes: layout.run,
      interleave: Runs.areInterleaved(layout.run) ? kernels.interleave : nil)
    if let split = kernels.split {
      PackKernels.split(source, half: layout.groupBytes, into: &whole, split)
      runs.collect(whole.span, rows: rows, depth: slices.depth, into: &spread)
    } else if let spreads = kernels.spread {
      PackKernels.squeeze(source, groups: slices.groupCount, layout, into: &whole, spreads)
      runs.collect(whole.span, rows: rows, depth: slices.depth, into: &spread)
    } else {
      runs.collect(source, rows: rows, depth: slices.depth, into: &spread)
    }
    let width = storage.byteCount(columns: shape.columns)
    // What was added to a code, taken off again, modulo 256; bits beyond a code's are cut off.
    let offset = UInt8(truncatingIfNeeded: -layout.offset)
    for lane in 0..<rows {
      slices.unpad(
        spread.span.extracting(lane * slices.depth..<(lane + 1) * slices.depth), into: &row)
      if offset != 0 { Self.add(offset, to: &row) }
      var bytes = target.part(lane * width..<(lane + 1) * width)
      storage.pack(row.span, into: &bytes, kernels.pack)
    }
  }

  private static func add(_ offset: UInt8, to codes: inout MutableSpan<UInt8>) {
    unsafe codes.withUnsafeMutableBufferPointer { codes in
      for index in codes.indices { unsafe codes[index] &+= offset }
    }
  }
}
