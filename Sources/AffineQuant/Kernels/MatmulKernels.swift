internal import AffineKernels

/// The kernels that compute one tile of a product.
enum MatmulKernels {
  /// Whole numbers of up to 9 bits and a sign, exact sums, float scales a slice.
  static let integer = unsafe KernelTable<IntegerTile>(
    aq_matmul_i16(), portable: "aq_matmul_i16_portable", lhsLanes: 4, rhsLanes: 8
  ) { family in
    let arguments = unsafe family.c
    unsafe integerTile(arguments, lhsLanes: 4, rhsLanes: 8)
  }

  /// Floats, accumulated with fused multiply-adds in ascending order of the contracted axis.
  static let float = unsafe KernelTable<FloatTile>(
    aq_matmul_f32(), portable: "aq_matmul_f32_portable", lhsLanes: 4, rhsLanes: 8
  ) { family in
    let arguments = unsafe family.c
    unsafe floatTile(arguments, lhsLanes: 4, rhsLanes: 8)
  }

  private static func integerTile(_ tile: aq_matmul_i16_args, lhsLanes: Int, rhsLanes: Int) {
    for i in unsafe 0..<tile.rows {
      for j in unsafe 0..<tile.columns {
        var (result, first): (Float, Int) = (0, 0)
        for slice in unsafe 0..<tile.slices {
          var sum: Int64 = 0
          for pair in unsafe first..<first + Int(tile.pairs[slice]) {
            let (l, r) = (2 * (pair * lhsLanes + i), 2 * (pair * rhsLanes + j))
            // Two products of at most 255² each fit in 32 bits.
            let low = unsafe Int32(tile.lhs[l]) &* Int32(tile.rhs[r])
            let high = unsafe Int32(tile.lhs[l + 1]) &* Int32(tile.rhs[r + 1])
            sum &+= Int64(low &+ high)
          }
          unsafe first += Int(tile.pairs[slice])
          if let sums = unsafe tile.sums {
            unsafe sums[(slice * tile.rows + i) * tile.columns + j] = sum
            continue
          }
          let (l, r) = (slice * lhsLanes + i, slice * rhsLanes + j)
          let scaled = unsafe Float(sum) * tile.lhs_scale[l]
          result = unsafe result.addingProduct(scaled, tile.rhs_scale[r])
          if let bias = unsafe tile.rhs_bias, let lhsSum = unsafe tile.lhs_sum {
            result = unsafe result.addingProduct(lhsSum[l], bias[r])
          }
          if let bias = unsafe tile.lhs_bias, let rhsSum = unsafe tile.rhs_sum {
            result = unsafe result.addingProduct(bias[l], rhsSum[r])
          }
        }
        if unsafe tile.sums == nil, let out = unsafe tile.out {
          unsafe out[i * tile.stride + j] = result
        }
      }
    }
  }

  private static func floatTile(_ tile: aq_matmul_f32_args, lhsLanes: Int, rhsLanes: Int) {
    for i in unsafe 0..<tile.rows {
      for j in unsafe 0..<tile.columns {
        var sum: Float = unsafe tile.accumulate ? tile.out[i * tile.stride + j] : 0
        for k in unsafe 0..<tile.depth {
          sum = unsafe sum.addingProduct(tile.lhs[k * lhsLanes + i], tile.rhs[k * rhsLanes + j])
        }
        unsafe tile.out[i * tile.stride + j] = sum
      }
    }
  }
}
