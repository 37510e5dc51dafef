internal import AffineKernels

/// The codes of some lanes of an operand, rows or columns, as bytes: lane after lane, every slice padded
/// with zeros to whole k-groups. What panels are made of.
struct ByteLanes {
  private let operand: CodeOperand
  private let slices: ContractedSlices
  /// Added to every code, modulo 256.
  private let offset: UInt8
  private let kernels: PackingKernels
  private let execution: Execution
  /// A lane before it is padded.
  private var lane: [UInt8]
  /// The contracted rows of some columns, and the same turned.
  private var rows: [UInt8] = []
  private var turned: [UInt8] = []

  /// The matrix lies row by row.
  init(
    _ operand: CodeOperand, _ slices: ContractedSlices, offset: Int, _ kernels: PackingKernels,
    _ execution: Execution
  ) {
    self.operand = operand
    self.slices = slices
    self.offset = UInt8(truncatingIfNeeded: offset)
    self.kernels = kernels
    self.execution = execution
    let isPadded = !slices.isUnpadded && operand.axis == .rows
    lane = [UInt8](repeating: 0, count: isPadded ? operand.contracted : 0)
  }

  /// Writes the padded bytes of some lanes.
  mutating func write(_ lanes: Range<Int>, into bytes: inout MutableSpan<UInt8>) {
    switch operand.axis {
    case .rows:
      for (index, row) in lanes.enumerated() {
        var target = bytes.part(index * slices.depth..<(index + 1) * slices.depth)
        write(row: row, into: &target)
      }
    case .columns: write(columns: lanes, into: &bytes)
    }
  }

  private mutating func write(row: Int, into bytes: inout MutableSpan<UInt8>) {
    let (codes, slices, offset, unpack) = (operand.codes, slices, offset, kernels.unpack)
    let source = codes.codes.span.extracting(codes.codeBytes(ofRow: row))
    guard !slices.isUnpadded else {
      codes.storage.unpack(source, offset: offset, into: &bytes, unpack)
      return
    }
    var span = lane.mutableSpan
    codes.storage.unpack(source, offset: offset, into: &span, unpack)
    slices.pad(span.span, into: &bytes)
  }

  /// Unpacks the columns of every row, and turns them.
  private mutating func write(columns: Range<Int>, into bytes: inout MutableSpan<UInt8>) {
    guard let transpose = kernels.transpose else { preconditionFailure("no kernel for columns") }
    let (codes, depth, slices) = (operand.codes, operand.contracted, slices)
    let (offset, unpack) = (offset, kernels.unpack)
    // Codes of eight columns are whole bytes.
    let first = columns.lowerBound / 8 * 8
    let width = columns.upperBound - first
    // Taken out of self for the time of the call: it is read and written at once.
    var (rows, turned) = (self.rows, self.turned)
    (self.rows, self.turned) = ([], [])
    defer { (self.rows, self.turned) = (rows, turned) }
    Self.grow(&rows, to: depth * width)
    Self.grow(&turned, to: depth * width)
    let bits = codes.storage.bits
    let span = codes.codes.span
    var unpacked = rows.mutableSpan
    for row in 0..<depth {
      let start = codes.codeBytes(ofRow: row).lowerBound
      var target = unpacked.part(row * width..<(row + 1) * width)
      codes.storage.unpack(
        span.extracting(start + first * bits / 8..<start + (columns.upperBound * bits + 7) / 8),
        offset: offset, into: &target, unpack)
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
              codes: codes, is_signed: isSigned, slices: slices.quads.count,
              slice_quads: slices.quads.pointer, total: sum, product: product))
          kernels.sums(&arguments)
        }
      }
    }
  }
}
