internal import AffineKernels

/// The kernels of products of bfloat16.
extension MatmulKernels {
  /// Values against codes of a byte.
  private static let pairBytes = unsafe pairs(aq_matmul_bf16i8(), "bf16i8", .uint8)
  private static let pairNibbles = unsafe pairs(aq_matmul_bf16i4(), "bf16i4", .uint4)
  /// Values against places in a table.
  private static let pairTableBytes = unsafe pairs(aq_matmul_bf16t8(), "bf16t8", .uint8)
  private static let pairTableNibbles = unsafe pairs(aq_matmul_bf16t4(), "bf16t4", .uint4)
  private static let pairTableSixBits = unsafe pairs(aq_matmul_bf16t6(), "bf16t6", .uint6)
  /// Values against squeezed codes, by their bits.
  private static let pairFewBits = unsafe [
    1: pairs(aq_matmul_bf16i1(), "bf16i1", .uint1), 2: pairs(aq_matmul_bf16i2(), "bf16i2", .uint2),
    3: pairs(aq_matmul_bf16i3(), "bf16i3", .uint3), 5: pairs(aq_matmul_bf16i5(), "bf16i5", .uint5),
    6: pairs(aq_matmul_bf16i6(), "bf16i6", .uint6), 7: pairs(aq_matmul_bf16i7(), "bf16i7", .uint7),
  ]

  /// The rows of all of them.
  static var pairRows: [KernelRow] {
    let codes =
      [pairBytes, pairNibbles, pairTableBytes, pairTableNibbles, pairTableSixBits]
      + pairFewBits.values
    return codes.flatMap(\.rows) + pairFloats.rows
  }

  /// Values against values.
  static let pairFloats = unsafe KernelTable<FloatPanel>(
    aq_matmul_bf16(), portable: "aq_matmul_bf16_portable",
    tile: KernelTile(mr: 4, nr: 8, kr: 2, lhsRun: 2, lhs: .bfloat16, rhs: .bfloat16)
  ) { family in
    let arguments = unsafe family.c
    unsafe pairTile(arguments, rhsLanes: 8)
  }

  /// The table for bfloat16 rows and a right operand of panels.
  static func pairs(_ type: QuantizedType) -> KernelTable<WeightPanel> {
    let form = type.panelForm
    guard type.isAffineInteger else {
      return form == .uint6
        ? pairTableSixBits : form == .uint4 ? pairTableNibbles : pairTableBytes
    }
    if form.isSqueezed, let few = pairFewBits[form.bits] { return few }
    return form == .uint4 ? pairNibbles : pairBytes
  }

  private static func pairs(
    _ family: aq_family, _ name: String, _ form: PackedForm
  ) -> KernelTable<WeightPanel> {
    let tile = KernelTile(
      mr: 4, nr: 8, kr: form.isSqueezed ? form.squeezedGroup : 4, lhsRun: 2, lhs: .bfloat16,
      rhs: form)
    return unsafe KernelTable(family, portable: "aq_matmul_\(name)_portable", tile: tile) {
      family in
      let arguments = unsafe family.c
      unsafe pairPanel(arguments, tile)
    }
  }

  /// Value `k` of a lane of a panel of pairs.
  private static func value(
    _ panel: UnsafePointer<Float>, lanes: Int, lane: Int, _ k: Int
  ) -> Float {
    let word = unsafe panel[k / 2 * lanes + lane].bitPattern
    return Float(bitPattern: k % 2 == 0 ? word << 16 : word & 0xffff_0000)
  }

  private static func pairTile(_ tile: aq_matmul_f32_args, rhsLanes: Int) {
    let lanes = unsafe tile.lhs_lanes
    for i in unsafe 0..<tile.rows {
      let lhs = unsafe tile.lhs + i / lanes * (tile.depth / 2) * lanes
      for j in unsafe 0..<tile.columns {
        var sum: Float = unsafe tile.accumulate ? tile.out[i * tile.stride + j] : 0
        for k in unsafe 0..<tile.depth {
          sum = unsafe sum.addingProduct(
            value(lhs, lanes: lanes, lane: i % lanes, k),
            value(tile.rhs, lanes: rhsLanes, lane: j, k))
        }
        unsafe tile.out[i * tile.stride + j] = sum
      }
    }
  }

  /// The definition of a product of bfloat16 and codes, in ascending order.
  private static func pairPanel(_ panel: aq_matmul_codes_args, _ tile: KernelTile) {
    let lanes = unsafe panel.lhs_lanes
    for i in unsafe 0..<panel.rows {
      let lhs = unsafe panel.lhs + i / lanes * panel.groups * 2 * lanes
      for j in unsafe 0..<panel.columns {
        var (result, first): (Float, Int) = (0, 0)
        for slice in unsafe 0..<panel.slices {
          let r = unsafe Int(panel.parameters[slice]) * tile.nr + j
          let end = unsafe first + 4 * Int(panel.slice_groups[slice])
          var sum: Float = 0
          for k in first..<end {
            let number = unsafe weightNumber(panel, tile, lane: j, k, r)
            sum = unsafe sum.addingProduct(
              value(lhs, lanes: lanes, lane: i % lanes, k), BFloat16(number).float)
          }
          first = end
          unsafe fold(panel, tile, i, slice, r, sum, &result)
        }
        unsafe panel.out[i * panel.stride + j] = result
      }
    }
  }
}
