/// Packs lanes of codes into the panels of a right side, with what products need of them.
struct RHSPacker {
  private let operand: CodeOperand
  private let slices: ContractedSlices
  private let layout: RHSLayout
  private let kernels: PackingKernels
  private let execution: Execution
  private let zeros: Buffer<Int32>

  /// Columns are turned so many at a time: whole cache lines of a row.
  private static let turnedTogether = 128

  /// The codes lie row by row.
  init(
    _ operand: CodeOperand, _ layout: RHSLayout, _ slices: ContractedSlices,
    _ kernels: PackingKernels, _ execution: Execution
  ) {
    self.operand = operand
    self.slices = slices
    self.layout = layout
    self.execution = execution
    self.kernels = kernels
    zeros = PackedRHS.spread(
      operand.parameters(operand.codes.zeroPoints), operand.grid, lanes: layout.nr, slices,
      execution
    ) { Int32($0) + Int32(layout.offset) }
  }

  /// The packed side, for one product or to last; sums of products come with it where the caller's kernel
  /// reads them.
  func packed(totals: Bool = false, products: Bool, lasts: Bool) -> CodeMatrix {
    let panels = layout.panels(rows: operand.free)
    let codes = BufferBuilder<UInt8>(
      count: panels * slices.groupCount * layout.groupBytes, lasts: lasts)
    let (totals, products) = (totals ? builder() : nil, products ? builder() : nil)
    pack(into: codes.memory, Sums(totals: totals?.memory, products: products?.memory))
    let matrix = operand.codes
    let coded = lasts ? codedScales() : nil
    let numbers =
      coded
      ?? [matrix.scales, matrix.biases].map {
        PackedScales(
          operand.parameters($0), matrix.type.flat.mapping.scale, operand.grid, lanes: layout.nr,
          slices, execution)
      }
    let parameters = PackedRHS(
      layout: layout, slices: slices, operand.grid, scales: numbers[0], biases: numbers[1],
      zeros: zeros, table: matrix.type.productTable ?? Buffer([]),
      whole: matrix.type.wholeTable,
      derived: RHSSums(totals: totals?.buffer, products: products?.buffer))
    return CodeMatrix(
      type: operand.axis == .rows ? matrix.type : matrix.type.transposed, grid: operand.grid,
      tiles: parameters, codes: codes.buffer, scales: Buffer([]),
      zeroPoints: operand.parameters(matrix.zeroPoints), biases: Buffer([]),
      coded: coded == nil && operand.axis == .rows ? matrix.coded : nil)
  }

  /// Scales and biases as codes, where they are such and slices are blocks.
  private func codedScales() -> [PackedScales]? {
    guard operand.axis == .rows, operand.grid.block.rows == 1, let coded = operand.codes.coded,
      slices.ranges.count == operand.grid.extent.columns,
      let scales = PackedScaleCodes(
        coded.scales, mean: coded.mean, lanes: layout.nr, execution)
    else { return nil }
    guard let biases = coded.biases else { return [.codes(scales), .floats(Buffer([]))] }
    return PackedScaleCodes(biases, mean: nil, lanes: layout.nr, execution).map {
      [.codes(scales), .codes($0)]
    }
  }

  /// Sums alone.
  func sums(_ kind: RHSSums.Kind) -> Buffer<Int32> {
    let sums = builder()
    pack(
      into: nil,
      Sums(
        totals: kind == .totals ? sums.memory : nil,
        products: kind == .products ? sums.memory : nil))
    return sums.buffer
  }

  /// Where sums of codes go, and those of products of neighbours.
  private struct Sums {
    let totals, products: DisjointMemory<Int32>?

    var isEmpty: Bool { totals == nil && products == nil }
  }

  private func builder() -> BufferBuilder<Int32> {
    BufferBuilder(
      count: layout.panels(rows: operand.free) * slices.ranges.count * layout.nr, lasts: true)
  }

  private func pack(
    into codes: DisjointMemory<UInt8>?,
    _ sums: Sums
  ) {
    let panels = layout.panels(rows: operand.free)
    ThreadPool.shared.parallelRows(panels, layout.nr * operand.contracted, execution) { part in
      pack(part, codes, sums)
    }
  }

  private func pack(
    _ panels: Range<Int>, _ codes: DisjointMemory<UInt8>?,
    _ sums: Sums
  ) {
    let (nr, depth) = (layout.nr, slices.depth)
    let lanes = ByteLanes(operand, slices, offset: layout.offset, kernels)
    var scratch = ByteLanes.Scratch()
    let panelBytes = slices.groupCount * layout.groupBytes
    let together = operand.axis == .rows ? 1 : max(Self.turnedTogether / nr, 1)
    var bytes = [UInt8](repeating: 0, count: together * nr * depth)
    let narrows = kernels.halve != nil || kernels.squeeze != nil
    var whole = [UInt8](repeating: 0, count: narrows ? nr * depth : 0)
    for first in stride(from: panels.lowerBound, to: panels.upperBound, by: together) {
      let part = first..<min(first + together, panels.upperBound)
      let present = part.lowerBound * nr..<min(part.upperBound * nr, operand.free)
      var span = bytes.mutableSpan
      lanes.write(present, into: &span, &scratch)
      for panel in part {
        let rows = panel * nr..<min((panel + 1) * nr, operand.free)
        let place = (rows.lowerBound - present.lowerBound) * depth
        let source = bytes.span.extracting(place..<place + rows.count * depth)
        if !sums.isEmpty { add(source, lanes, panel, rows.count, sums) }
        codes?.withRange(panel * panelBytes..<(panel + 1) * panelBytes) { codes in
          arrange(source, rows: rows.count, &whole, &codes)
        }
      }
    }
  }

  /// Sums the slices of the lanes of a panel, whose ranges are its own; those of lanes that are not there
  /// are zero.
  private func add(
    _ bytes: borrowing Span<UInt8>, _ lanes: ByteLanes, _ panel: Int, _ present: Int, _ memory: Sums
  ) {
    let (nr, depth, count) = (layout.nr, slices.depth, slices.ranges.count)
    var sum = [Int32](repeating: 0, count: count)
    var product = sum
    let ranges = slices.ranges
    let start = panel * count * nr
    for lane in 0..<nr {
      if lane < present {
        unsafe sum.withUnsafeMutableBufferPointer { sum in
          unsafe product.withUnsafeMutableBufferPointer { product in
            guard let sum = sum.baseAddress, let product = product.baseAddress else { return }
            unsafe lanes.sums(
              bytes.extracting(lane * depth..<(lane + 1) * depth), isSigned: false, sum, product)
          }
        }
      }
      for slice in 0..<count {
        let index = start + slice * nr + lane
        let codes = Int32(ranges[slice].count)
        memory.totals?[index] = lane < present ? sum[slice] - zero(index) * codes : 0
        memory.products?[index] = lane < present ? 0 &- product[slice] : 0
      }
    }
  }

  private func zero(_ index: Int) -> Int32 {
    zeros.count > 0 ? zeros.span[index] : Int32(layout.offset)
  }

  /// Interleaves the lanes of a panel, and puts their bytes together where codes have fewer bits.
  private func arrange(
    _ bytes: borrowing Span<UInt8>, rows: Int, _ whole: inout [UInt8],
    _ codes: inout MutableSpan<UInt8>
  ) {
    let runs = Runs(lanes: layout.nr, bytes: layout.run, interleave: kernels.interleave)
    guard !whole.isEmpty else {
      runs.lay(bytes, rows: rows, depth: slices.depth, into: &codes)
      return
    }
    var span = whole.mutableSpan
    runs.lay(bytes, rows: rows, depth: slices.depth, into: &span)
    if let halve = kernels.halve {
      PackKernels.halve(whole.span, half: layout.groupBytes, into: &codes, halve)
    } else if let squeeze = kernels.squeeze {
      PackKernels.squeeze(
        whole.span, groups: slices.groupCount, layout, into: &codes, squeeze)
    }
  }
}
