internal import AffineKernels

/// The right side of a product of floats and codes, as a kernel reads it: addresses and numbers, which belong to
/// others.
@safe
struct WeightPanels: @unchecked Sendable {
  let layout: RHSLayout
  /// Rows of the right side: columns of the result.
  let rows: Int
  /// Slices short enough for float sums, and which parameters each has.
  let short: ShortSlices
  /// Padded codes of a row, and the bytes of a panel.
  let depth, panelBytes: Int
  /// Parameters of a panel of one kind, the bytes of its scales, and of their scales where they are codes.
  private let terms, scaleBytes, superBytes: Int
  /// Of the first panel; the left side is still missing.
  private let arguments: aq_matmul_codes_args

  var hasBiases: Bool { unsafe arguments.rhs_bias != nil }

  /// Of a matrix that is packed for the kernel and keeps the memory.
  init(_ codes: CodeMatrix) {
    guard let tiles = codes.tiles, let short = tiles.short else {
      preconditionFailure("a packed matrix without panels for floats")
    }
    let offsets = tiles.valueOffsets
    var numbers = unsafe Numbers()
    unsafe numbers.scales = tiles.scales.optional()
    unsafe numbers.form = tiles.scales.form
    unsafe numbers.supers = aq_super_scales(tiles.scales, tiles.biases)
    unsafe numbers.zeros = offsets.zeros.count > 0 ? offsets.zeros.pointer : nil
    unsafe numbers.biases = offsets.biases.count > 0 ? offsets.biases.pointer : nil
    unsafe numbers.table = tiles.table.count > 0 ? tiles.table.pointer : nil
    unsafe self.init(
      tiles.layout, tiles.slices, short, rows: codes.shape.rows, codes.storage,
      codes.codes.pointer, numbers, scaleBytes: tiles.scales.panelBytes(tiles.start(of: 1)),
      superBytes: tiles.scales.coded?.superPanelBytes ?? 0)
  }

  /// Of what one product has packed for itself.
  init(_ packer: RHSPacker, _ memory: RHSMemory, _ short: ShortSlices) {
    guard let codes = memory.codes else { preconditionFailure("a packed side without codes") }
    var numbers = unsafe Numbers()
    unsafe numbers.scales = memory.scales.map { unsafe UnsafeRawPointer($0.pointer) }
    unsafe numbers.zeros = memory.offsets.map { unsafe UnsafePointer($0.pointer) }
    // Most biases have become zero points.
    if let biases = memory.biases, (0..<biases.count).contains(where: { biases[$0] != 0 }) {
      unsafe numbers.biases = UnsafePointer(biases.pointer)
    }
    unsafe numbers.table = memory.table.map { unsafe UnsafePointer($0.pointer) }
    let terms = packer.slices.ranges.count * packer.layout.nr
    unsafe self.init(
      packer.layout, packer.slices, short, rows: packer.operand.free, packer.operand.codes.storage,
      UnsafePointer(codes.pointer), numbers, scaleBytes: terms * MemoryLayout<Float>.stride,
      superBytes: 0)
  }

  /// What belongs to the codes of the first panel.
  @unsafe private struct Numbers {
    var scales: UnsafeRawPointer?
    var form = Int32(AQ_FLOATS)
    var supers = unsafe aq_super_scales()
    var zeros, biases, table: UnsafePointer<Float>?
  }

  private init(
    _ layout: RHSLayout, _ slices: ContractedSlices, _ short: ShortSlices, rows: Int,
    _ storage: CodeFormat, _ codes: UnsafePointer<UInt8>, _ numbers: Numbers, scaleBytes: Int,
    superBytes: Int
  ) {
    guard let nowhere = unsafe UnsafeMutablePointer<Float>(bitPattern: 64) else {
      preconditionFailure("no address")
    }
    let counts = short.slices.counts(in: layout.form)
    self.layout = layout
    self.rows = rows
    self.short = short
    self.scaleBytes = scaleBytes
    self.superBytes = superBytes
    depth = slices.depth
    panelBytes = slices.groupCount * layout.groupBytes
    terms = slices.ranges.count * layout.nr
    unsafe arguments = aq_matmul_codes_args(
      slices: short.slices.ranges.count, groups: counts.all,
      slice_groups: counts.ofSlices.pointer, parameters: short.parents.pointer, lhs: nowhere,
      lhs_lanes: 0, rhs: codes, offset: UInt8(layout.signedOffset),
      rhs_scale: numbers.scales ?? UnsafeRawPointer(nowhere), scale_form: numbers.form,
      super: numbers.supers, rhs_zero: numbers.zeros, lhs_sum: nil, rhs_bias: numbers.biases,
      scratch: nowhere, rows: 0, columns: 0, out: nowhere, stride: 0, table: numbers.table,
      exponent_bits: UInt32(storage.exponentBits(in: layout.form)))
  }

  /// The arguments of a panel; the left side is still missing.
  func arguments(of panel: Int) -> aq_matmul_codes_args {
    var arguments = unsafe arguments
    let skipped = panel * terms, supers = panel * superBytes
    unsafe arguments.rhs += panel * panelBytes
    unsafe arguments.rhs_scale += panel * scaleBytes
    unsafe arguments.super.scales = arguments.super.scales.map { unsafe $0 + supers }
    unsafe arguments.super.biases = arguments.super.biases.map { unsafe $0 + supers }
    unsafe arguments.rhs_zero = arguments.rhs_zero.map { unsafe $0 + skipped }
    unsafe arguments.rhs_bias = arguments.rhs_bias.map { unsafe $0 + skipped }
    return unsafe arguments
  }
}
