/// Packs lanes of codes into the panels of a right side, with what products need of them.
struct RHSPacker {
  let operand: CodeOperand
  let slices: ContractedSlices
  let layout: RHSLayout
  let kernels: PackingKernels
  private let execution: Execution

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
  }

  var panels: Int { layout.panels(rows: operand.free) }
  var panelBytes: Int { slices.groupCount * layout.groupBytes }
  var byteCount: Int { panels * panelBytes }
  /// Numbers of one kind: one a panel, slice and lane.
  var numberCount: Int { panels * slices.ranges.count * layout.nr }
  /// Whether bytes of a panel are put together, where codes have fewer bits.
  var narrows: Bool { kernels.halve != nil || kernels.squeeze != nil }

  /// The packed side, for one product or to last; sums of products come with it where the caller's kernel
  /// reads them.
  func packed(totals: Bool = false, products: Bool, lasts: Bool) -> CodeMatrix {
    let codes = BufferBuilder<UInt8>(count: byteCount, lasts: lasts)
    let (totals, products) = (totals ? builder() : nil, products ? builder() : nil)
    let zeros = zeroBuilder()
    var memory = RHSMemory()
    (memory.codes, memory.zeros) = (codes.memory, zeros?.memory)
    (memory.totals, memory.products) = (totals?.memory, products?.memory)
    pack(into: memory)
    let matrix = operand.codes
    let coded = lasts ? codedScales() : nil
    let numbers =
      coded
      ?? [matrix.scales, matrix.biases].map {
        PackedScales(
          operand.parameters($0, execution), matrix.type.flat.mapping.scale, operand.grid,
          lanes: layout.nr,
          slices, execution)
      }
    let parameters = PackedRHS(
      layout: layout, slices: slices, operand.grid, scales: numbers[0], biases: numbers[1],
      zeros: zeros?.buffer ?? Buffer([]), table: matrix.type.productTable ?? Buffer([]),
      whole: matrix.type.wholeTable,
      derived: RHSSums(totals: totals?.buffer, products: products?.buffer))
    return CodeMatrix(
      type: operand.axis == .rows ? matrix.type : matrix.type.transposed, grid: operand.grid,
      tiles: parameters, codes: codes.buffer, scales: Buffer([]),
      zeroPoints: operand.parameters(matrix.zeroPoints, execution), biases: Buffer([]),
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
    let (sums, zeros) = (builder(), zeroBuilder())
    var memory = RHSMemory()
    memory.zeros = zeros?.memory
    switch kind {
    case .totals: memory.totals = sums.memory
    case .products: memory.products = sums.memory
    }
    pack(into: memory)
    return sums.buffer
  }

  private func builder() -> BufferBuilder<Int32> { BufferBuilder(count: numberCount, lasts: true) }

  private func zeroBuilder() -> BufferBuilder<Int32>? {
    operand.codes.zeroPoints.count > 0 ? BufferBuilder(count: numberCount) : nil
  }

  private func pack(into memory: RHSMemory) {
    Workspace.lend { pack(into: memory, $0) }
  }

  /// Writes all panels and what belongs to them; nothing is allocated.
  func pack(into memory: RHSMemory, _ workspace: Workspace) {
    let (parts, threads) = ThreadPool.split(panels, layout.nr * operand.contracted, execution)
    let packing = RHSPacking(
      self, into: memory, parts: parts, threads: threads, workspace)
    ThreadPool.shared.run(packing, threads: threads, execution.record)
  }

  /// What a panel takes from the parameters of its rows.
  func writeNumbers(_ panel: Int, _ rows: Range<Int>, _ memory: RHSMemory) {
    let (codes, grid, nr) = (operand.codes, operand.grid, layout.nr)
    let count = slices.ranges.count * nr
    let range = panel * count..<(panel + 1) * count
    if let zeros = memory.zeros {
      PackedRHS.spread(
        operand.numbers(codes.zeroPoints), grid, rows, nr, slices, into: zeros, range
      ) { Int32($0) + Int32(layout.offset) }
    }
    if let scales = memory.scales {
      PackedRHS.spread(
        operand.numbers(codes.scales), grid, rows, nr, slices, into: scales, range
      ) { $0 }
    }
    if let biases = memory.biases {
      PackedRHS.spread(
        operand.numbers(codes.biases), grid, rows, nr, slices, into: biases, range
      ) { $0 }
    }
    guard let offsets = memory.offsets else { return }
    for index in range {
      let zero = memory.zeros.map { Int($0[index]) } ?? layout.offset
      let numbers = layout.offsets(
        zero: zero, scale: memory.scales?[index] ?? 0, bias: memory.biases?[index] ?? 0)
      offsets[index] = numbers.zero
      memory.biases?[index] = numbers.bias
    }
  }

  /// Interleaves the lanes of a panel, and puts their bytes together where codes have fewer bits.
  func arrange(
    _ bytes: borrowing Span<UInt8>, rows: Int, _ whole: inout MutableSpan<UInt8>,
    _ codes: inout MutableSpan<UInt8>
  ) {
    let runs = Runs(lanes: layout.nr, bytes: layout.run, interleave: kernels.interleave)
    guard narrows else {
      runs.lay(bytes, rows: rows, depth: slices.depth, into: &codes)
      return
    }
    runs.lay(bytes, rows: rows, depth: slices.depth, into: &whole)
    if let halve = kernels.halve {
      PackKernels.halve(whole.span, half: layout.groupBytes, into: &codes, halve)
    } else if let squeeze = kernels.squeeze {
      PackKernels.squeeze(
        whole.span, groups: slices.groupCount, layout, into: &codes, squeeze)
    }
  }
}
