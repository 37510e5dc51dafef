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
  /// A lane before it is padded.
  private var lane: [UInt8]
  /// The contracted rows of some columns, and the same turned.
  private var rows: [UInt8] = []
  private var turned: [UInt8] = []

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
    let isPadded = !slices.isUnpadded && operand.axis == .rows
    lane = [UInt8](repeating: 0, count: isPadded ? operand.contracted : 0)
  }

  /// Writes the padded bytes of some lanes.
  mutating func write(_ lanes: Range<Int>, into bytes: inout MutableSpan<UInt8>) {
    switch axis {
    case .rows:
      for (index, row) in lanes.enumerated() {
        var target = bytes.part(index * slices.depth..<(index + 1) * slices.depth)
        write(row: row, into: &target)
      }
    case .columns: write(columns: lanes, into: &bytes)
    }
  }

  private mutating func write(row: Int, into bytes: inout MutableSpan<UInt8>) {
    let start = unsafe codes + row * rowBytes
    guard !slices.isUnpadded else {
      unsafe unpack(start, into: &bytes)
      return
    }
    var lane: [UInt8] = []
    swap(&lane, &self.lane)
    defer { swap(&lane, &self.lane) }
    var span = lane.mutableSpan
    unsafe unpack(start, into: &span)
    slices.pad(span.span, into: &bytes)
  }

  private func unpack(_ packed: UnsafePointer<UInt8>, into bytes: inout MutableSpan<UInt8>) {
    unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      guard let to = bytes.baseAddress else { return }
      var arguments = unsafe UnpackCodes(
        c: aq_unpack_args(
          count: bytes.count, packed: packed, bits: UInt32(bits), flip: flip, offset: offset,
          codes: to))
      kernels.unpack(&arguments)
    }
  }

  /// Unpacks the columns of every row, and turns them.
  private mutating func write(columns: Range<Int>, into bytes: inout MutableSpan<UInt8>) {
    guard let transpose = kernels.transpose else { preconditionFailure("no kernel for columns") }
    let depth = contracted
    // Codes of eight columns are whole bytes.
    let first = columns.lowerBound / 8 * 8
    let width = columns.upperBound - first
    // Taken out of self for the time of the call: it is read and written at once.
    var (rows, turned) = (self.rows, self.turned)
    (self.rows, self.turned) = ([], [])
    defer { (self.rows, self.turned) = (rows, turned) }
    Self.grow(&rows, to: depth * width)
    Self.grow(&turned, to: depth * width)
    var unpacked = rows.mutableSpan
    for row in 0..<depth {
      var target = unpacked.part(row * width..<(row + 1) * width)
      unsafe unpack(codes + row * rowBytes + first * bits / 8, into: &target)
    }
    TransposeKernels.turn(
      rows.span, Shape(depth, width), into: &turned, transpose)
    let lanes = turned.span
    for index in columns.indices {
      let lane = index - first
      let place = (index - columns.lowerBound) * slices.depth
      var target = bytes.part(place..<place + slices.depth)
      slices.pad(lanes.extracting(lane * depth..<(lane + 1) * depth), into: &target)
    }
  }

  private static func grow(_ memory: inout [UInt8], to count: Int) {
    if memory.count < count { memory = [UInt8](repeating: 0, count: count) }
  }

  /// The sums of a lane's bytes, and of the products of neighbours, a slice each.
  func sums(
    _ bytes: borrowing Span<UInt8>, isSigned: Bool, _ sum: inout MutableSpan<Int32>,
    _ product: inout MutableSpan<Int32>
  ) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe sum.withUnsafeMutableBufferPointer { sum in
        unsafe product.withUnsafeMutableBufferPointer { product in
          guard let codes = bytes.baseAddress, let sum = sum.baseAddress,
            let product = product.baseAddress
          else { return }
          var arguments = unsafe TotalsOfSlices(
            c: aq_totals_args(
              codes: codes, is_signed: isSigned, slices: slices.count,
              slice_quads: slices.quads, total: sum, product: product))
          kernels.sums(&arguments)
        }
      }
    }
  }
}
