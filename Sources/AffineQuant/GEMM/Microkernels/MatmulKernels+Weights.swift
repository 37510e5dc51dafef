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
          let zero = unsafe panel.rhs_zero.map { unsafe $0[r] } ?? 0
          for k in unsafe 4 * first..<4 * (first + Int(panel.slice_groups[slice])) {
            let code = unsafe code(panel.rhs, tile, lane: j, k)
            let number =
              unsafe panel.table.map { unsafe $0[Int(code)] }
              ?? (Float(Int(code) - Int(panel.offset)) - zero)
            sum = unsafe sum.addingProduct(lhs[k * lanes], number)
          }
          unsafe first += Int(panel.slice_groups[slice])
          let supers = unsafe panel.super
          let scale = unsafe parameter(
            panel.rhs_scale, r, panel.scale_form, supers, supers.scales, tile.nr)
          result = result.addingProduct(sum, scale)
          if let bias = unsafe panel.rhs_bias, let sums = unsafe panel.lhs_sum {
            let l = unsafe (i / lanes * panel.slices + slice) * lanes + i % lanes
            result = unsafe result.addingProduct(sums[l], bias[r])
          }
        }
        unsafe panel.out[i * panel.stride + j] = result
      }
    }
  }
}
