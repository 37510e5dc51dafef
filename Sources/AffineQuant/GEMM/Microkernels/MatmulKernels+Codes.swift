internal import AffineKernels

extension MatmulKernels {
  /// The definition of a product of codes; k-groups are counted in fours.
  static func codePanel(_ panel: aq_matmul_i8_args, _ tile: KernelTile) {
    let mr = tile.mr
    for i in unsafe 0..<panel.rows {
      let lhs =
        unsafe panel.lhs.assumingMemoryBound(to: Int8.self) + i / mr * panel.groups * mr * 4
      for j in unsafe 0..<panel.columns {
        var (result, first): (Float, Int) = (0, 0)
        for slice in unsafe 0..<panel.slices {
          let l = unsafe (i / mr * panel.slices + slice) * mr + i % mr
          let r = slice * tile.nr + j
          var sum = unsafe start(panel, l, r)
          for quad in unsafe first..<first + Int(panel.slice_groups[slice]) {
            for place in 0..<4 {
              let pattern = unsafe code(panel.rhs, tile, lane: j, 4 * quad + place)
              let number = unsafe panel.table.map { unsafe $0[Int(pattern)] } ?? pattern
              sum &+= unsafe Int32(lhs[(quad * mr + i % mr) * 4 + place]) * Int32(number)
            }
          }
          unsafe first += Int(panel.slice_groups[slice])
          unsafe fold(panel, tile, l, r, Float(sum), &result)
        }
        if let scale = unsafe panel.row_scale { unsafe result *= scale[i] }
        unsafe panel.out[i * panel.stride + j] = result
      }
    }
  }

  /// Code `k` of a lane of a right panel.
  static func code(
    _ rhs: UnsafePointer<UInt8>, _ tile: KernelTile, lane: Int, _ k: Int
  ) -> UInt8 {
    let group = unsafe rhs + k / tile.kr * (tile.nr * tile.kr * tile.rhs.bits / 8)
    return tile.rhs.code(nr: tile.nr, kr: tile.kr, lane: lane, place: k % tile.kr) {
      unsafe group[$0]
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
    _ panel: aq_matmul_i8_args, _ tile: KernelTile, _ l: Int, _ r: Int, _ sum: Float,
    _ result: inout Float
  ) {
    let (form, supers) = unsafe (panel.rhs_form, panel.super)
    let scale = unsafe parameter(panel.rhs_scale, r, form, supers, supers.scales, tile.nr)
    let left = unsafe panel.lhs_scale.map { unsafe $0[l] } ?? 1
    result =
      unsafe panel.lhs_block > 0
      ? result.addingProduct(sum, left * scale) : result.addingProduct(sum * left, scale)
    if let bias = unsafe panel.rhs_bias, let lhsSum = unsafe panel.lhs_sum {
      result = unsafe result.addingProduct(
        lhsSum[l], parameter(bias, r, form, supers, supers.biases, tile.nr))
    }
    if let bias = unsafe panel.lhs_bias, let rhsSum = unsafe panel.rhs_sum {
      result = unsafe result.addingProduct(bias[l], rhsSum[r])
    }
  }

  /// One of some scales or biases of a form, which may be codes of panels of `nr` lanes.
  static func parameter(
    _ numbers: UnsafeRawPointer, _ r: Int, _ form: Int32, _ supers: aq_super_scales,
    _ scales: UnsafeRawPointer?, _ nr: Int
  ) -> Float {
    guard let scales = unsafe scales, form >= Int32(AQ_CODES_4) else {
      return unsafe number(numbers, r, form)
    }
    let (slice, lane) = (r / nr, r % nr)
    let scale = unsafe number(scales, slice >> Int(supers.shift) * nr + lane, supers.form)
    let bytes = unsafe numbers.assumingMemoryBound(to: UInt8.self)
    func code(_ codes: UInt8) -> Float { Float(Int(codes) - Int(unsafe supers.offset)) }
    switch Int(form) {
    case AQ_CODES_4:
      return unsafe scale * code(bytes[slice / 2 * nr + lane] >> UInt8(slice % 2 * 4) & 15)
    case AQ_CODES_6:
      let four = unsafe bytes + slice / 4 * 3 * nr + lane
      return scale * code(SqueezedCodes.code(bits: 6, quad: slice % 4) { unsafe four[$0 * nr] })
    case AQ_PLACES:
      guard let table = unsafe supers.table else { preconditionFailure("places in no table") }
      return unsafe scale * table[Int(bytes[r])] + supers.mean
    case AQ_SMALL_FLOATS: return unsafe scale * SmallFloat.float8e4m3.value(of: bytes[r])
    default: return unsafe scale * code(bytes[r])
    }
  }

  /// One of some numbers.
  private static func number(_ numbers: UnsafeRawPointer, _ r: Int, _ form: Int32) -> Float {
    switch Int(form) {
    case AQ_HALVES: unsafe Float(numbers.assumingMemoryBound(to: Float16.self)[r])
    case AQ_BRAIN_HALVES:
      unsafe BFloat16(bitPattern: numbers.assumingMemoryBound(to: UInt16.self)[r]).float
    case AQ_POWERS: unsafe E8M0(bitPattern: numbers.assumingMemoryBound(to: UInt8.self)[r]).float
    default: unsafe numbers.assumingMemoryBound(to: Float.self)[r]
    }
  }
}
