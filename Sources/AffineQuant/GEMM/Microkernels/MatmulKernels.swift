internal import AffineKernels

/// The kernels that compute one tile of a product.
enum MatmulKernels {
  /// Codes of a byte against codes of a byte.
  static let bytes = unsafe KernelTable<CodePanel>(
    aq_matmul_i8(), portable: "aq_matmul_i8_portable",
    tile: KernelTile(mr: 4, nr: 8, kr: 4, lhsRun: 4, lhs: .int8, rhs: .uint8)
  ) { family in
    let arguments = unsafe family.c
    unsafe codePanel(arguments, lhsLanes: 4, rhsLanes: 8, bits: 8)
  }

  /// Codes of a byte against codes of half a byte.
  static let nibbles = unsafe KernelTable<CodePanel>(
    aq_matmul_i4(), portable: "aq_matmul_i4_portable",
    tile: KernelTile(mr: 4, nr: 8, kr: 4, lhsRun: 4, lhs: .int8, rhs: .uint4)
  ) { family in
    let arguments = unsafe family.c
    unsafe codePanel(arguments, lhsLanes: 4, rhsLanes: 8, bits: 4)
  }

  /// The table for a right operand of whole numbers.
  static func codes(_ type: QuantizedType) -> KernelTable<CodePanel> {
    type.storage.bits <= 4 ? nibbles : bytes
  }

  /// Floats against codes of a byte.
  static let weightBytes = unsafe KernelTable<WeightPanel>(
    aq_matmul_f32i8(), portable: "aq_matmul_f32i8_portable",
    tile: KernelTile(mr: 4, nr: 8, kr: 4, lhsRun: 1, lhs: .float32, rhs: .uint8)
  ) { family in
    let arguments = unsafe family.c
    unsafe weightPanel(arguments, rhsLanes: 8, bits: 8)
  }

  /// Floats against codes of half a byte.
  static let weightNibbles = unsafe KernelTable<WeightPanel>(
    aq_matmul_f32i4(), portable: "aq_matmul_f32i4_portable",
    tile: KernelTile(mr: 4, nr: 8, kr: 4, lhsRun: 1, lhs: .float32, rhs: .uint4)
  ) { family in
    let arguments = unsafe family.c
    unsafe weightPanel(arguments, rhsLanes: 8, bits: 4)
  }

  /// Floats against codes of a byte that stand for the values of a table.
  static let tableBytes = unsafe KernelTable<WeightPanel>(
    aq_matmul_f32t8(), portable: "aq_matmul_f32t8_portable",
    tile: KernelTile(mr: 4, nr: 8, kr: 4, lhsRun: 1, lhs: .float32, rhs: .uint8)
  ) { family in
    let arguments = unsafe family.c
    unsafe weightPanel(arguments, rhsLanes: 8, bits: 8)
  }

  /// Floats against codes of half a byte that stand for the values of a table.
  static let tableNibbles = unsafe KernelTable<WeightPanel>(
    aq_matmul_f32t4(), portable: "aq_matmul_f32t4_portable",
    tile: KernelTile(mr: 4, nr: 8, kr: 4, lhsRun: 1, lhs: .float32, rhs: .uint4)
  ) { family in
    let arguments = unsafe family.c
    unsafe weightPanel(arguments, rhsLanes: 8, bits: 4)
  }

  /// The table for float rows and a right operand of panels.
  static func weights(_ type: QuantizedType) -> KernelTable<WeightPanel> {
    if type.isAffineInteger { return type.storage.bits <= 4 ? weightNibbles : weightBytes }
    return type.storage.bits <= 4 ? tableNibbles : tableBytes
  }

  /// The tile whose right panels products with a weight of this type read.
  static func weightTile(_ type: QuantizedType, _ execution: Execution) -> KernelTile {
    type.isAffineInteger
      ? codes(type).best(on: execution).tile : weights(type).best(on: execution).tile
  }

  /// Floats, accumulated with fused multiply-adds in ascending order of the contracted axis.
  static let float = unsafe KernelTable<FloatPanel>(
    aq_matmul_f32(), portable: "aq_matmul_f32_portable",
    tile: KernelTile(mr: 4, nr: 8, kr: 1, lhsRun: 1, lhs: .float32, rhs: .float32)
  ) { family in
    let arguments = unsafe family.c
    unsafe floatTile(arguments, rhsLanes: 8)
  }

  private static func codePanel(
    _ panel: aq_matmul_i8_args, lhsLanes: Int, rhsLanes: Int, bits: Int
  ) {
    let quadBytes = rhsLanes * 4 * bits / 8
    for i in unsafe 0..<panel.rows {
      let lhs =
        unsafe panel.lhs.assumingMemoryBound(to: Int8.self)
        + i / lhsLanes * panel.groups * lhsLanes * 4
      for j in unsafe 0..<panel.columns {
        var (result, first): (Float, Int) = (0, 0)
        for slice in unsafe 0..<panel.slices {
          let l = unsafe (i / lhsLanes * panel.slices + slice) * lhsLanes + i % lhsLanes
          let r = slice * rhsLanes + j
          var sum = unsafe start(panel, l, r)
          for quad in unsafe first..<first + Int(panel.slice_groups[slice]) {
            for place in 0..<4 {
              let index = j * 4 + place
              let byte = unsafe panel.rhs[quad * quadBytes + index % quadBytes]
              let code = bits == 8 ? byte : index < quadBytes ? byte & 15 : byte >> 4
              sum &+= unsafe Int32(lhs[(quad * lhsLanes + i % lhsLanes) * 4 + place]) * Int32(code)
            }
          }
          unsafe first += Int(panel.slice_groups[slice])
          if let sums = unsafe panel.sums {
            unsafe sums[(slice * panel.rows + i) * panel.columns + j] = sum
          }
          unsafe fold(panel, l, r, Float(sum), &result)
        }
        if let scale = unsafe panel.row_scale { unsafe result *= scale[i] }
        if unsafe panel.sums == nil { unsafe panel.out[i * panel.stride + j] = result }
      }
    }
  }

  /// All of a sum that is not a product of codes, modulo 2³².
  private static func start(_ panel: aq_matmul_i8_args, _ l: Int, _ r: Int) -> Int32 {
    var sum = unsafe panel.lhs_start[l]
    if let start = unsafe panel.rhs_start { unsafe sum &+= start[r] }
    if let zero = unsafe panel.rhs_zero, let total = unsafe panel.lhs_total {
      unsafe sum &-= zero[r] &* total[l]
    }
    if let zero = unsafe panel.lhs_zero, let total = unsafe panel.rhs_total {
      unsafe sum &-= zero[l] &* total[r]
    }
    return sum
  }

  private static func fold(
    _ panel: aq_matmul_i8_args, _ l: Int, _ r: Int, _ sum: Float, _ result: inout Float
  ) {
    let scaled = unsafe panel.lhs_scale.map { unsafe sum * $0[l] } ?? sum
    let isHalf = unsafe panel.rhs_is_half
    result = unsafe result.addingProduct(scaled, parameter(panel.rhs_scale, r, isHalf))
    if let bias = unsafe panel.rhs_bias, let lhsSum = unsafe panel.lhs_sum {
      result = unsafe result.addingProduct(lhsSum[l], parameter(bias, r, isHalf))
    }
    if let bias = unsafe panel.lhs_bias, let rhsSum = unsafe panel.rhs_sum {
      result = unsafe result.addingProduct(bias[l], rhsSum[r])
    }
  }

  private static func parameter(_ numbers: UnsafeRawPointer, _ r: Int, _ isHalf: Bool) -> Float {
    isHalf
      ? unsafe Float(numbers.assumingMemoryBound(to: Float16.self)[r])
      : unsafe numbers.assumingMemoryBound(to: Float.self)[r]
  }

  private static func floatTile(_ tile: aq_matmul_f32_args, rhsLanes: Int) {
    let lanes = unsafe tile.lhs_lanes
    for i in unsafe 0..<tile.rows {
      for j in unsafe 0..<tile.columns {
        var sum: Float = unsafe tile.accumulate ? tile.out[i * tile.stride + j] : 0
        for k in unsafe 0..<tile.depth {
          let place = unsafe (i / lanes * tile.depth + k) * lanes + i % lanes
          sum = unsafe sum.addingProduct(tile.lhs[place], tile.rhs[k * rhsLanes + j])
        }
        unsafe tile.out[i * tile.stride + j] = sum
      }
    }
  }
}
