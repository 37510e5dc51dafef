internal import AffineKernels

/// The right side of products of codes, as a kernel reads it: addresses and numbers, which belong to others.
@safe
struct RightPanels: @unchecked Sendable {
  let kernel: Kernel<CodePanel>
  let layout: RHSLayout
  /// Rows of the right side: columns of the result.
  let rows: Int
  /// Padded codes of a row, the slices that they are cut into, and the bytes of a panel.
  let depth, sliceCount, panelBytes: Int
  /// Of the first panel; the left side is still missing.
  let arguments: aq_matmul_i8_args
  /// Bytes of a panel's scales, and of their scales where they are codes.
  let scaleBytes, superBytes: Int

  /// What one row asks for before it reads it, on this machine.
  private static let bytesAhead = aq_bytes_ahead()

  /// Of a matrix that is packed for the kernel, which keeps the memory, and whether left codes have zero points and
  /// biases.
  init(
    _ codes: CodeMatrix, _ kernel: Kernel<CodePanel>, hasZeros: Bool = false,
    hasBiases: Bool = false, _ execution: Execution
  ) {
    guard let tiles = codes.tiles else { preconditionFailure("a packed matrix without panels") }
    // Sums that are made here stay with the matrix.
    let products =
      kernel.tile.multipliesPairs ? codes.codeSums(.products, tiles, execution) : nil
    let totals = hasZeros || hasBiases ? codes.codeSums(.totals, tiles, execution) : nil
    let scaled = hasBiases ? codes.scaledSums(tiles, execution) : nil
    var numbers = unsafe Numbers()
    unsafe numbers.starts = products?.optional
    unsafe numbers.zeros = tiles.zeros.optional
    unsafe numbers.totals = hasZeros ? totals?.optional : nil
    unsafe numbers.scales = tiles.scales.optional()
    unsafe numbers.biases = tiles.biases.optional()
    unsafe numbers.scaled = scaled?.optional
    unsafe numbers.form = tiles.scales.form
    unsafe numbers.supers = aq_super_scales(tiles.scales, tiles.biases)
    unsafe numbers.table = tiles.whole?.bytes.pointer
    unsafe self.init(
      kernel, tiles.layout, tiles.slices, rows: codes.shape.rows, codes.codes.pointer, numbers,
      scaleBytes: tiles.scales.panelBytes(tiles.slices.ranges.count * tiles.layout.nr),
      superBytes: tiles.scales.coded?.superPanelBytes ?? 0)
  }

  /// Of what one product has packed for itself.
  init(_ packer: RHSPacker, _ memory: RHSMemory, _ kernel: Kernel<CodePanel>, hasZeros: Bool) {
    guard let codes = memory.codes else { preconditionFailure("a packed side without codes") }
    precondition(!hasZeros || memory.totals != nil, "zero points that meet no sums")
    var numbers = unsafe Numbers()
    unsafe numbers.starts = memory.products.map { unsafe UnsafePointer($0.pointer) }
    unsafe numbers.zeros = memory.zeros.map { unsafe UnsafePointer($0.pointer) }
    unsafe numbers.totals =
      hasZeros ? memory.totals.map { unsafe UnsafePointer($0.pointer) } : nil
    unsafe numbers.scales = memory.scales.map { unsafe UnsafeRawPointer($0.pointer) }
    unsafe numbers.biases = memory.biases.map { unsafe UnsafeRawPointer($0.pointer) }
    unsafe numbers.scaled = memory.scaled.map { unsafe UnsafePointer($0.pointer) }
    unsafe numbers.table = memory.whole?.bytes.pointer
    let scaleBytes = packer.slices.ranges.count * packer.layout.nr * MemoryLayout<Float>.stride
    unsafe self.init(
      kernel, packer.layout, packer.slices, rows: packer.operand.free, UnsafePointer(codes.pointer),
      numbers, scaleBytes: scaleBytes, superBytes: 0)
  }

  /// What belongs to the codes of the first panel.
  @unsafe private struct Numbers {
    var starts, zeros, totals: UnsafePointer<Int32>?
    var scales, biases: UnsafeRawPointer?
    var scaled: UnsafePointer<Float>?
    var form = Int32(AQ_FLOATS)
    var supers = unsafe aq_super_scales()
    var table: UnsafePointer<UInt8>?
  }

  private init(
    _ kernel: Kernel<CodePanel>, _ layout: RHSLayout, _ slices: ContractedSlices, rows: Int,
    _ codes: UnsafePointer<UInt8>, _ numbers: Numbers, scaleBytes: Int, superBytes: Int
  ) {
    guard let nowhere = unsafe UnsafeMutablePointer<Float>(bitPattern: 64) else {
      preconditionFailure("no address")
    }
    let counts = slices.counts(in: layout.form)
    self.kernel = kernel
    self.layout = layout
    self.rows = rows
    depth = slices.depth
    sliceCount = slices.ranges.count
    panelBytes = slices.groupCount * layout.groupBytes
    self.scaleBytes = scaleBytes
    self.superBytes = superBytes
    unsafe arguments = aq_matmul_i8_args(
      slices: slices.ranges.count, groups: counts.all, slice_groups: counts.ofSlices.pointer,
      lhs: UnsafeRawPointer(nowhere), rhs: codes, table: numbers.table,
      lhs_start: UnsafeRawPointer(nowhere).assumingMemoryBound(to: Int32.self),
      rhs_start: numbers.starts, lhs_total: nil, rhs_zero: numbers.zeros, lhs_zero: nil,
      rhs_total: numbers.totals, lhs_scale: nil,
      rhs_scale: numbers.scales ?? UnsafeRawPointer(nowhere), lhs_sum: nil,
      rhs_bias: numbers.biases, rhs_form: numbers.form, super: numbers.supers, lhs_bias: nil,
      rhs_sum: numbers.scaled, row_scale: nil, scratch: nil, rows: 0, columns: 0, out: nowhere,
      stride: 0, ahead: Self.bytesAhead, lhs_block: 0, lhs_row: 0)
  }
}

extension Buffer {
  /// The elements, or nothing where there are none.
  fileprivate var optional: UnsafePointer<Element>? { unsafe count > 0 ? pointer : nil }
}
