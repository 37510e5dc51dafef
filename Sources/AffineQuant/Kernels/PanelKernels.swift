internal import AffineKernels

/// The kernels that prepare rows of bytes for products.
enum PanelKernels {
  /// Sums of the codes of each slice, and of products of neighbours.
  static let totals = unsafe KernelTable<TotalsOfSlices>(
    aq_totals_8(), portable: "aq_totals_8_portable"
  ) { family in
    let arguments = unsafe family.c
    var index = 0
    for slice in unsafe 0..<arguments.slices {
      var (total, product): (Int32, Int32) = (0, 0)
      for _ in unsafe 0..<2 * arguments.slice_quads[slice] {
        let even = unsafe code(arguments, index), odd = unsafe code(arguments, index + 1)
        total &+= even &+ odd
        product &+= even &* odd
        index += 2
      }
      unsafe arguments.total[slice] = total
      unsafe arguments.product[slice] = product
    }
  }

  /// Quads of signed bytes to 16 bits, the even places first.
  static let widen = unsafe KernelTable<WidenQuads>(
    aq_widen_8(), portable: "aq_widen_8_portable"
  ) { family in
    let arguments = unsafe family.c
    for quad in unsafe 0..<arguments.quads {
      for (target, place) in [0, 2, 1, 3].enumerated() {
        unsafe arguments.wide[4 * quad + target] = Int16(arguments.codes[4 * quad + place])
      }
    }
  }

  private static func code(_ arguments: aq_totals_args, _ index: Int) -> Int32 {
    let byte = unsafe arguments.codes[index]
    return unsafe arguments.is_signed ? Int32(Int8(bitPattern: byte)) : Int32(byte)
  }
}
