internal import AffineKernels

/// The codes of some lanes of an operand, rows or columns, as bytes: lane after lane, every slice padded
/// with zeros to whole k-groups. What panels are made of.
///
/// Loops read addresses and numbers alone: several threads that count references to one matrix wait for each
/// other.
@safe
struct ByteLanes {
  private let codes: UnsafePointer<UInt8>
  private let rowBytes, bits: Int
  private let axis: FreeAxis
  /// Codes of a lane.
  private let contracted: Int
  private let slices: SlicePadding
  /// What makes signed codes unsigned, and what is added then, modulo 256.
  private let flip, offset: UInt8
  private let kernels: PackingKernels
  /// What the addresses belong to.
  private let owners: (CodeMatrix, ContractedSlices)

  /// What threads work in, each in its own part.
  struct Scratch {
    /// A lane before it is padded.
    fileprivate let lane: WorkerMemory<UInt8>
    /// The contracted rows of some columns, and the same turned.
    fileprivate let rows, turned: WorkerMemory<UInt8>
  }

  /// The matrix lies row by row; `offset` is added to every code.
  init(
    _ operand: CodeOperand, _ slices: ContractedSlices, offset: Int, _ kernels: PackingKernels
  ) {
    let matrix = operand.codes, storage = matrix.storage
    unsafe codes = matrix.codes.pointer
    (rowBytes, bits) = (matrix.rowBytes, storage.bits)
    (axis, contracted) = (operand.axis, operand.contracted)
    self.slices = SlicePadding(slices)
    let sign: UInt8 = storage.isSigned ? 1 << UInt8(storage.bits - 1) : 0
    flip = sign
    self.offset = UInt8(truncatingIfNeeded: offset) &- sign
    self.kernels = kernels
    owners = (matrix, slices)
  }

  /// Memory to write so many lanes at a time.
  func scratch(of lanes: Int, threads: Int, _ workspace: Workspace) -> Scratch {
    // Columns of few bits begin with a byte, up to seven before the first that is asked for.
    let turned = kernels.transpose == nil ? 0 : contracted * (bits == 8 ? lanes : lanes + 7)
    return Scratch(
      lane: workspace.take(slices.isUnpadded ? 0 : contracted, workers: threads),
      rows: workspace.take(bits == 8 ? 0 : turned, workers: threads),
      turned: workspace.take(turned, workers: threads))
  }

  /// What makes bytes those of a panel: of codes of 8 bits the offset is nothing or the uppermost bit.
  private var flipOfBytes: UInt8 { flip ^ offset }

  /// Lays columns of bytes into panels of `width` lanes, which lie `stride` bytes apart.
  func lay(
    _ columns: Range<Int>, _ width: Int, into panels: DisjointMemory<UInt8>, at start: Int,
    stride: Int, _ quads: Kernel<LayQuads>
  ) {
    precondition(bits == 8 && axis == .columns && offset & 0x7f == 0)
    precondition(panels.count >= start + (columns.count + width - 1) / width * stride)
    slices.forEachRun(contracted) { rows, place in
      var arguments = unsafe LayQuads(
        c: aq_quads_args(
          lanes: columns.count, panel_lanes: width, count: rows.count,
          in: codes + rows.lowerBound * rowBytes + columns.lowerBound, in_stride: rowBytes,
          flip: flipOfBytes, out: panels.pointer + start + place * width, panel_stride: stride))
      quads(&arguments)
    }
  }

  /// The bytes of rows where they lie, if these are what panels hold, words apart, and no slice is padded.
  func stored(_ rows: Range<Int>) -> (first: UnsafePointer<UInt32>, stride: Int)? {
    guard axis == .rows, bits == 8, flipOfBytes == 0, slices.isUnpadded, rowBytes % 4 == 0 else {
      return nil
    }
    let first = unsafe UnsafeRawPointer(codes + rows.lowerBound * rowBytes)
    // Codes of a mapped file begin anywhere.
    guard UInt(bitPattern: first).isMultiple(of: 4) else { return nil }
    return unsafe (first.assumingMemoryBound(to: UInt32.self), rowBytes / 4)
  }

  /// The sums of the slices of the lanes of a panel of quads.
  func sums(
    _ panel: UnsafePointer<UInt8>, lanes: Int, isSigned: Bool,
    _ total: UnsafeMutablePointer<Int32>, _ kernel: Kernel<TotalsOfQuads>
  ) {
    var arguments = unsafe TotalsOfQuads(
      c: aq_quad_totals_args(
        codes: panel, is_signed: isSigned, lanes: lanes, slices: slices.count,
        slice_quads: slices.quads, total: total))
    kernel(&arguments)
  }

  /// Writes the padded bytes of some lanes, no more than the memory is for.
  func write(
    _ lanes: Range<Int>, into bytes: inout MutableSpan<UInt8>, _ scratch: Scratch, worker: Int
  ) {
    switch axis {
    case .rows:
      for (index, row) in lanes.enumerated() {
        var target = bytes.part(index * slices.depth..<(index + 1) * slices.depth)
        unsafe write(codes + row * rowBytes, into: &target, scratch, worker)
      }
    case .columns: write(columns: lanes, into: &bytes, scratch, worker)
    }
  }

  /// Writes the lane whose codes lie at `packed`.
  private func write(
    _ packed: UnsafePointer<UInt8>, into bytes: inout MutableSpan<UInt8>, _ scratch: Scratch,
    _ worker: Int
  ) {
    guard !slices.isUnpadded else {
      unsafe unpack(packed, into: &bytes)
      return
    }
    scratch.lane.withPart(of: worker, count: contracted) { lane in
      unsafe unpack(packed, into: &lane)
      slices.pad(lane.span, into: &bytes)
    }
  }

  private func unpack(_ packed: UnsafePointer<UInt8>, into bytes: inout MutableSpan<UInt8>) {
    unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      guard let to = bytes.baseAddress else { return }
      guard let kernel = kernels.unpack else {
        precondition(bits == 8 && flipOfBytes == 0, "bytes that panels hold otherwise")
        return unsafe to.update(from: packed, count: bytes.count)
      }
      var arguments = unsafe UnpackCodes(
        c: aq_unpack_args(
          count: bytes.count, packed: packed, bits: UInt32(bits), flip: flip, offset: offset,
          codes: to))
      kernel(&arguments)
    }
  }

  /// Turns columns into lanes: bytes where they lie, other codes as bytes.
  private func write(
    columns: Range<Int>, into bytes: inout MutableSpan<UInt8>, _ scratch: Scratch, _ worker: Int
  ) {
    guard let transpose = kernels.transpose else { preconditionFailure("no kernel for columns") }
    let (depth, areBytes) = (contracted, bits == 8)
    // Codes of eight columns are whole bytes.
    let first = areBytes ? columns.lowerBound : columns.lowerBound / 8 * 8
    let width = columns.upperBound - first
    let turned = scratch.turned.part(of: worker)
    if areBytes {
      unsafe TransposeKernels.turn(
        codes + first, stride: rowBytes, Shape(depth, width), into: turned, transpose)
    } else {
      let rows = scratch.rows.part(of: worker)
      for row in 0..<depth {
        rows.withRange(row * width..<(row + 1) * width) {
          unsafe unpack(codes + row * rowBytes + first * bits / 8, into: &$0)
        }
      }
      unsafe TransposeKernels.turn(
        UnsafePointer(rows.pointer), stride: width, Shape(depth, width), into: turned, transpose)
    }
    for index in columns {
      let place = (index - columns.lowerBound) * slices.depth
      var target = bytes.part(place..<place + slices.depth)
      turned.withRange((index - first) * depth..<(index - first + 1) * depth) { lane in
        guard areBytes else {
          slices.pad(lane.span, into: &target)
          return
        }
        unsafe lane.span.withUnsafeBufferPointer { lane in
          guard let lane = lane.baseAddress else { return }
          unsafe write(lane, into: &target, scratch, worker)
        }
      }
    }
  }

  /// The sums of a lane's bytes, and of the products of neighbours, a slice each.
  func sums(
    _ bytes: borrowing Span<UInt8>, isSigned: Bool, _ sum: UnsafeMutablePointer<Int32>,
    _ product: UnsafeMutablePointer<Int32>
  ) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let codes = bytes.baseAddress else { return }
      var arguments = unsafe TotalsOfSlices(
        c: aq_totals_args(
          codes: codes, is_signed: isSigned, slices: slices.count, slice_quads: slices.quads,
          total: sum, product: product))
      kernels.sums(&arguments)
    }
  }
}
