internal import AffineKernels

/// The right side of products of codes, as a kernel reads it: an object, so that products of one weight
/// share the arguments that do not change.
@safe
final class RightCodes: @unchecked Sendable {
  let kernel: Kernel<CodePanel>
  /// Packed for the kernel.
  let codes: CodeMatrix
  let tiles: PackedRHS
  /// Of the first panel; the left side is still missing.
  let arguments: aq_matmul_i8_args
  /// Bytes of a panel's scales, and of their scales where they are codes.
  let scaleBytes, superBytes: Int
  /// What the addresses belong to besides.
  private let owners: (totals: Buffer<Int32>?, products: Buffer<Int32>?, scaled: Buffer<Float>?)

  /// What one row asks for before it reads it, on this machine.
  private static let bytesAhead = aq_bytes_ahead()

  /// Takes a right side that is packed for the kernel, and whether left codes have zero points and biases.
  init(
    _ codes: CodeMatrix, _ kernel: Kernel<CodePanel>, hasZeros: Bool = false,
    hasBiases: Bool = false, _ execution: Execution
  ) {
    guard let tiles = codes.tiles else { preconditionFailure("a packed matrix without panels") }
    guard let nowhere = unsafe UnsafeMutablePointer<Float>(bitPattern: 64) else {
      preconditionFailure("no address")
    }
    let slices = tiles.slices, tile = kernel.tile
    let multipliesPairs = tile.lhs == .int16Pairs
    let products = multipliesPairs ? codes.codeSums(.products, tiles, execution) : nil
    let totals = hasZeros || hasBiases ? codes.codeSums(.totals, tiles, execution) : nil
    let scaled = hasBiases ? codes.scaledSums(tiles, execution) : nil
    self.kernel = kernel
    self.codes = codes
    self.tiles = tiles
    owners = (totals, products, scaled)
    scaleBytes = tiles.scales.panelBytes(slices.ranges.count * tiles.layout.nr)
    superBytes = tiles.scales.coded?.superPanelBytes ?? 0
    unsafe arguments = aq_matmul_i8_args(
      slices: slices.ranges.count,
      groups: tile.rhs.isSqueezed ? slices.depth / 4 : slices.groupCount,
      slice_groups: tile.rhs.isSqueezed ? slices.quads.pointer : slices.groups.pointer,
      lhs: UnsafeRawPointer(nowhere), rhs: codes.codes.pointer, table: tiles.whole?.bytes.pointer,
      lhs_start: UnsafeRawPointer(nowhere).assumingMemoryBound(to: Int32.self),
      rhs_start: products?.optional, lhs_total: nil, rhs_zero: tiles.zeros.optional, lhs_zero: nil,
      rhs_total: hasZeros ? totals?.optional : nil, lhs_scale: nil,
      rhs_scale: tiles.scales.optional() ?? UnsafeRawPointer(nowhere), lhs_sum: nil,
      rhs_bias: tiles.biases.optional(), rhs_form: tiles.scales.form,
      super: aq_super_scales(tiles.scales, tiles.biases), lhs_bias: nil,
      rhs_sum: scaled?.optional, row_scale: nil, scratch: nil, rows: 0, columns: 0, out: nowhere,
      stride: 0, ahead: Self.bytesAhead)
  }
}

extension Buffer {
  /// The elements, or nothing where there are none.
  fileprivate var optional: UnsafePointer<Element>? { unsafe count > 0 ? pointer : nil }
}
