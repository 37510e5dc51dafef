internal import AffineKernels

/// Quantizes the rows of left panels, one panel at a time.
struct InputQuantizer {
  private let values: Matrix<Float>
  private let panel: LeftPanel
  private let sums: InputSums
  private let smallest: Float
  private let execution: Execution
  private let slicesKernel: Kernel<QuantizeSlices>
  private let totalsKernel: Kernel<TotalsOfSlices>
  private let ends: [Int]
  /// Of one row at a time.
  private var total, product: [Int32]
  private var scale: [Float]
  /// The rows of the panel.
  private var bytes: [UInt8]

  init(
    _ values: Matrix<Float>, _ panel: LeftPanel, _ sums: InputSums, _ smallest: Float,
    _ execution: Execution
  ) {
    self.values = values
    self.panel = panel
    self.sums = sums
    self.smallest = smallest
    self.execution = execution
    slicesKernel = PanelKernels.slices.best(on: execution.instructionSet)
    totalsKernel = PanelKernels.totals.best(on: execution.instructionSet)
    ends = panel.slices.ranges.map(\.upperBound)
    total = [Int32](repeating: 0, count: ends.count)
    product = total
    scale = [Float](repeating: 1, count: ends.count)
    bytes = [UInt8](repeating: 0, count: panel.lanes * panel.slices.rowBytes)
  }

  /// Writes the codes of a panel, and what belongs to its lanes.
  ///
  /// - Returns: Whether all values are finite.
  mutating func write(_ index: Int, into codes: inout MutableSpan<UInt8>) -> Bool {
    let first = index * panel.lanes
    let present = min(panel.lanes, values.shape.rows - first)
    for lane in 0..<panel.lanes {
      guard lane < present else {
        for slice in total.indices { (total[slice], product[slice], scale[slice]) = (0, 0, 1) }
        store(index, lane)
        continue
      }
      guard quantize(first + lane, lane) else { return false }
      if panel.order == .wide { multiplyNeighbours(lane) }
      store(index, lane)
    }
    panel.arrange(bytes, rows: present, execution, &codes)
    return true
  }

  private mutating func quantize(_ row: Int, _ lane: Int) -> Bool {
    let start = lane * panel.slices.rowBytes
    return unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe scale.withUnsafeMutableBufferPointer { scale in
        unsafe total.withUnsafeMutableBufferPointer { total in
          unsafe ends.withUnsafeBufferPointer { ends in
            unsafe panel.slices.quads.withUnsafeBufferPointer { quads in
              guard let codes = bytes.baseAddress, let scale = scale.baseAddress,
                let total = total.baseAddress, let end = ends.baseAddress,
                let quad = quads.baseAddress
              else { return true }
              var arguments = unsafe QuantizeSlices(
                c: aq_slices_args(
                  values: values.values.pointer + row * values.shape.columns, slices: ends.count,
                  ends: end, slice_quads: quad, one_scale: sums.isOneScale, smallest: smallest,
                  codes: (codes + start).assumingMemoryBound(to: Int8.self), scale: scale,
                  total: total, is_finite: true))
              slicesKernel(&arguments)
              return unsafe arguments.c.is_finite
            }
          }
        }
      }
    }
  }

  /// What kernels of the wide order want besides.
  private mutating func multiplyNeighbours(_ lane: Int) {
    let start = lane * panel.slices.rowBytes
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe panel.slices.quads.withUnsafeBufferPointer { quads in
        unsafe total.withUnsafeMutableBufferPointer { total in
          unsafe product.withUnsafeMutableBufferPointer { product in
            guard let codes = bytes.baseAddress, let quad = quads.baseAddress,
              let total = total.baseAddress, let product = product.baseAddress
            else { return }
            var arguments = unsafe TotalsOfSlices(
              c: aq_totals_args(
                codes: codes + start, is_signed: true, slices: quads.count, slice_quads: quad,
                total: total, product: product))
            totalsKernel(&arguments)
          }
        }
      }
    }
  }

  /// Puts what belongs to one lane where the product looks for it.
  private func store(_ index: Int, _ lane: Int) {
    let (lanes, count) = (panel.lanes, total.count)
    let hasSums = sums.sums.memory.count > 0
    if sums.isOneScale {
      unsafe sums.scales.memory.pointer[index * lanes + lane] = scale[0]
    }
    for slice in 0..<count {
      let place = (index * count + slice) * lanes + lane
      var start = Int32(truncatingIfNeeded: -sums.rightOffset) &* total[slice]
      if panel.order == .wide { start &-= product[slice] }
      unsafe sums.starts.memory.pointer[place] = start
      unsafe sums.totals.memory.pointer[place] = total[slice]
      if !sums.isOneScale { unsafe sums.scales.memory.pointer[place] = scale[slice] }
      if hasSums {
        let scale = sums.isOneScale ? 1 : scale[slice]
        unsafe sums.sums.memory.pointer[place] = Float(total[slice]) * scale
      }
    }
  }
}
