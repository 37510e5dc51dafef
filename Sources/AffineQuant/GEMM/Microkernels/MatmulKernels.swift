internal import AffineKernels

/// The kernels that compute one tile of a product.
enum MatmulKernels {
  /// Codes of a byte against codes of a byte.
  static let bytes = unsafe codes(aq_matmul_i8(), "i8", .uint8, .bytes)

  /// Codes of a byte against codes of half a byte.
  static let nibbles = unsafe codes(aq_matmul_i4(), "i4", .uint4, .nibbles)

  /// Codes of a byte against codes of half a byte that stand for whole numbers of a table.
  static let wholeTables = unsafe codes(aq_matmul_t4(), "t4", .uint4)

  /// The same of squeezed codes of 6 bits.
  static let wholeTablesOf64 = unsafe codes(aq_matmul_t6(), "t6", .uint6)

  /// Codes of a byte against squeezed codes, by their bits.
  static let fewBits = unsafe [
    1: codes(aq_matmul_i1(), "i1", .uint1), 2: codes(aq_matmul_i2(), "i2", .uint2),
    3: codes(aq_matmul_i3(), "i3", .uint3), 5: codes(aq_matmul_i5(), "i5", .uint5),
    6: codes(aq_matmul_i6(), "i6", .uint6), 7: codes(aq_matmul_i7(), "i7", .uint7),
  ]

  /// Floats against codes of a byte.
  static let weightBytes = unsafe weights(aq_matmul_f32i8(), "f32i8", .uint8, .weightBytes)

  /// Floats against codes of half a byte.
  static let weightNibbles = unsafe weights(aq_matmul_f32i4(), "f32i4", .uint4, .weightNibbles)

  /// Floats against codes of a byte that stand for the values of a table.
  static let tableBytes = unsafe weights(aq_matmul_f32t8(), "f32t8", .uint8, .tableBytes)

  /// Floats against codes of half a byte that stand for the values of a table.
  static let tableNibbles = unsafe weights(aq_matmul_f32t4(), "f32t4", .uint4, .tableNibbles)

  /// Floats against squeezed floats of 6 bits.
  static let tableSixBits = unsafe weights(aq_matmul_f32t6(), "f32t6", .uint6)

  /// Floats against squeezed codes, by their bits.
  static let fewBitWeights = unsafe [
    1: weights(aq_matmul_f32i1(), "f32i1", .uint1), 2: weights(aq_matmul_f32i2(), "f32i2", .uint2),
    3: weights(aq_matmul_f32i3(), "f32i3", .uint3), 5: weights(aq_matmul_f32i5(), "f32i5", .uint5),
    6: weights(aq_matmul_f32i6(), "f32i6", .uint6), 7: weights(aq_matmul_f32i7(), "f32i7", .uint7),
  ]

  /// Floats, accumulated with fused multiply-adds in ascending order of the contracted axis.
  static let float = unsafe KernelTable<FloatPanel>(
    aq_matmul_f32(), portable: "aq_matmul_f32_portable",
    tile: KernelTile(mr: 4, nr: 8, kr: 1, lhsRun: 1, lhs: .float32, rhs: .float32),
    added: .floats
  ) { family in
    let arguments = unsafe family.c
    unsafe floatTile(arguments, rhsLanes: 8)
  }

  private static func codes(
    _ family: aq_family, _ name: String, _ form: PackedForm, _ added: AddedKernel.Family? = nil
  ) -> KernelTable<CodePanel> {
    let tile = portableTile(.int8, form, lhsRun: 4)
    return unsafe KernelTable(
      family, portable: "aq_matmul_\(name)_portable", tile: tile, added: added
    ) { family in
      let arguments = unsafe family.c
      unsafe codePanel(arguments, tile)
    }
  }

  private static func weights(
    _ family: aq_family, _ name: String, _ form: PackedForm, _ added: AddedKernel.Family? = nil
  ) -> KernelTable<WeightPanel> {
    let tile = portableTile(.float32, form, lhsRun: 1)
    return unsafe KernelTable(
      family, portable: "aq_matmul_\(name)_portable", tile: tile, added: added
    ) { family in
      let arguments = unsafe family.c
      unsafe weightPanel(arguments, tile)
    }
  }

  private static func portableTile(
    _ lhs: PackedForm, _ rhs: PackedForm, lhsRun: Int
  ) -> KernelTile {
    KernelTile(
      mr: 4, nr: 8, kr: rhs.isSqueezed ? rhs.squeezedGroup : 4, lhsRun: lhsRun, lhs: lhs, rhs: rhs)
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
