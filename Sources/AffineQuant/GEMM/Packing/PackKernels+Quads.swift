internal import AffineKernels

extension PackKernels {
  /// Columns of bytes that lie side by side become panels of quads: four neighbours of each lane side by side.
  static let quads = unsafe KernelTable<LayQuads>(
    aq_quads_8(), portable: "aq_quads_8_portable"
  ) { family in
    let arguments = unsafe family.c
    let (lanes, width) = unsafe (arguments.lanes, arguments.panel_lanes)
    for panel in 0..<(lanes + width - 1) / width {
      for place in unsafe 0..<(arguments.count + 3) / 4 * 4 {
        for lane in 0..<width {
          let column = panel * width + lane
          let source = unsafe place * arguments.in_stride + column
          let isThere = unsafe column < lanes && place < arguments.count
          let code = unsafe isThere ? arguments.in[source] ^ arguments.flip : 0
          let target = unsafe panel * arguments.panel_stride + (place / 4 * width + lane) * 4
          unsafe arguments.out[target + place % 4] = code
        }
      }
    }
  }

  /// Sums of the codes of each slice of the lanes of a panel of quads.
  static let quadTotals = unsafe KernelTable<TotalsOfQuads>(
    aq_quad_totals_8(), portable: "aq_quad_totals_8_portable"
  ) { family in
    let arguments = unsafe family.c
    let lanes = unsafe arguments.lanes
    var first = 0
    for slice in unsafe 0..<arguments.slices {
      let end = unsafe first + Int(arguments.slice_quads[slice])
      for lane in 0..<lanes {
        var total: Int32 = 0
        for quad in first..<end {
          for place in 0..<4 {
            let code = unsafe arguments.codes[(quad * lanes + lane) * 4 + place]
            total += unsafe arguments.is_signed ? Int32(Int8(bitPattern: code)) : Int32(code)
          }
        }
        unsafe arguments.total[slice * lanes + lane] = total
      }
      first = end
    }
  }
}
