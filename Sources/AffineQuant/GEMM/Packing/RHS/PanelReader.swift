/// Takes the panels of a right side apart: the reverse of ``RHSPacker``.
struct PanelReader {
  private let layout: RHSLayout
  private let slices: ContractedSlices
  private let storage: CodeFormat
  private let kernels: PanelKernels
  private var whole, lanes, row: [UInt8]

  init(_ tiles: PackedRHS, _ storage: CodeFormat, _ kernels: PanelKernels) {
    (layout, slices) = (tiles.layout, tiles.slices)
    self.storage = storage
    self.kernels = kernels
    let bytes = layout.nr * slices.depth
    whole = [UInt8](repeating: 0, count: kernels.split == nil && kernels.spread == nil ? 0 : bytes)
    lanes = [UInt8](repeating: 0, count: bytes)
    row = []
  }

  /// Writes the rows of a panel as matrices hold them.
  mutating func read(
    _ codes: borrowing Span<UInt8>, panel: Int, rows: Int, _ columns: Int,
    into target: inout MutableSpan<UInt8>
  ) {
    let (layout, slices, storage, kernels) = (layout, slices, storage, kernels)
    let panelBytes = layout.groupBytes * slices.groupCount
    let source = codes.extracting(panel * panelBytes..<(panel + 1) * panelBytes)
    let runs = Runs(
      lanes: layout.nr, bytes: layout.run,
      interleave: Runs.areInterleaved(layout.run) ? kernels.interleave : nil)
    var (lanes, whole) = (self.lanes, self.whole)
    (self.lanes, self.whole) = ([], [])
    defer { (self.lanes, self.whole) = (lanes, whole) }
    var spread = lanes.mutableSpan
    if let split = kernels.split {
      var span = whole.mutableSpan
      PackKernels.split(source, half: layout.groupBytes, into: &span, split)
      runs.collect(span.span, rows: rows, depth: slices.depth, into: &spread)
    } else if let spreads = kernels.spread {
      var span = whole.mutableSpan
      PackKernels.squeeze(source, groups: slices.groupCount, layout, into: &span, spreads)
      runs.collect(span.span, rows: rows, depth: slices.depth, into: &spread)
    } else {
      runs.collect(source, rows: rows, depth: slices.depth, into: &spread)
    }
    if row.count < columns { row = [UInt8](repeating: 0, count: columns) }
    let width = storage.byteCount(columns: columns)
    // What was added to a code, taken off again, modulo 256; bits beyond a code's are cut off.
    let offset = UInt8(truncatingIfNeeded: -layout.offset)
    for lane in 0..<rows {
      var codes = row.mutableSpan
      var present = codes.part(0..<columns)
      slices.unpad(
        spread.span.extracting(lane * slices.depth..<(lane + 1) * slices.depth), into: &present)
      if offset != 0 { Self.add(offset, to: &present) }
      var bytes = target.part(lane * width..<(lane + 1) * width)
      storage.pack(present.span, into: &bytes, kernels.pack)
    }
  }

  private static func add(_ offset: UInt8, to codes: inout MutableSpan<UInt8>) {
    unsafe codes.withUnsafeMutableBufferPointer { codes in
      for index in codes.indices { unsafe codes[index] &+= offset }
    }
  }
}
