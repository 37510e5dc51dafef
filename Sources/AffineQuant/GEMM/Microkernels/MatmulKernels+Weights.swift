internal import AffineKernels

extension MatmulKernels {
  /// The definition of a product of floats and codes.
  static func weightPanel(_ panel: aq_matmul_codes_args, _ tile: KernelTile) {
    let lanes = unsafe panel.lhs_lanes
    for i in unsafe 0..<panel.rows {
      let lhs = unsafe panel.lhs + i / lanes * panel.groups * 4 * lanes + i % lanes
      for j in unsafe 0..<panel.columns {
        var (result, first): (Float, Int) = (0, 0)
        for slice in unsafe 0..<panel.slices {
          var sum: Float = 0
          let r = unsafe Int(panel.parameters[slice]) * tile.nr + j
          for k in unsafe 4 * first..<4 * (first + Int(panel.slice_groups[slice])) {
            sum = unsafe sum.addingProduct(
              lhs[k * lanes], weightNumber(panel, tile, lane: j, k, r))
          }
          unsafe first += Int(panel.slice_groups[slice])
          unsafe fold(panel, tile, i, slice, r, sum, &result)
        }
        unsafe panel.out[i * panel.stride + j] = result
      }
    }
  }

  /// What a code stands for: less its zero point, or in a table.
  static func weightNumber(
    _ panel: aq_matmul_codes_args, _ tile: KernelTile, lane: Int, _ k: Int, _ r: Int
  ) -> Float {
    let code = unsafe code(panel.rhs, tile, lane: lane, k)
    if let table = unsafe panel.table { return unsafe table[Int(code)] }
    let zero = unsafe panel.rhs_zero.map { unsafe $0[r] } ?? 0
    return unsafe Float(Int(code) - Int(panel.offset)) - zero
  }

  /// Adds the sum of a slice, scaled, and its bias.
  static func fold(
    _ panel: aq_matmul_codes_args, _ tile: KernelTile, _ row: Int, _ slice: Int, _ r: Int,
    _ sum: Float, _ result: inout Float
  ) {
    let supers = unsafe panel.super
    let scale = unsafe parameter(
      panel.rhs_scale, r, panel.scale_form, supers, supers.scales, tile.nr)
    result = result.addingProduct(sum, scale)
    guard let bias = unsafe panel.rhs_bias, let sums = unsafe panel.lhs_sum else { return }
    let lanes = unsafe panel.lhs_lanes
    let l = unsafe (row / lanes * panel.slices + slice) * lanes + row % lanes
    result = unsafe result.addingProduct(sums[l], bias[r])
  }
}
