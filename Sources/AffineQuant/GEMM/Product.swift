/// `lhs · rhsᵀ`, on operands whose types no longer matter.
package enum Product {
  /// The product of two quantized matrices that the compiler, or ``kernels(for:_:_:)``, allows.
  static func quantized(
    _ lhs: CodeOperand, _ rhs: CodeOperand, _ end: ProductEnd, into target: ProductResult.Target,
    _ execution: Execution
  ) throws(ShapeError) {
    guard lhs.codes.type.isAffineInteger && rhs.codes.type.isAffineInteger else {
      try float(
        FloatOperand(source: .codes(lhs.codes.rowMajor(execution)), axis: lhs.axis),
        FloatOperand(source: .codes(rhs.codes.rowMajor(execution)), axis: rhs.axis), end,
        into: target, execution)
      return
    }
    try check(lhs.contracted, rhs.contracted)
    let shape = Shape(lhs.free, rhs.free)
    integers(lhs, rhs, execution) { block, threads, workspace in
      .result(
        ProductResult(
          target, shape, end, block: block, threads: threads, workspace, execution))
    }
  }

  private static func integers(
    _ lhs: CodeOperand, _ rhs: CodeOperand, _ execution: Execution,
    output: (Shape, _ threads: Int, Workspace) -> IntegerProduct.Output
  ) {
    let storage = rhs.codes.storage
    let kernel = MatmulKernels.codes(storage).best(on: execution, rows: lhs.free)
    let packed = packed(rhs, against: lhs.grid, kernel.tile, execution)
    guard let right = packed.tiles else { preconditionFailure("a packed matrix without panels") }
    let threads = Blocking.threads(
      multiplications: lhs.free * rhs.free * lhs.contracted, execution)
    let rows = CodeOperand(lhs.codes.rowMajor(execution), lhs.axis)
    Workspace.lend { workspace in
      let packer = LHSPacker(
        rows, for: right, kernel.tile,
        PackingKernels(kernel.tile.lhs, run: kernel.tile.lhsRun, rows.axis, execution), workspace,
        execution)
      let product = IntegerProduct(
        .codes(packer), packed, kernel, threads: threads, workspace, execution
      ) { output($0, threads, workspace) }
      ThreadPool.shared.run(product, threads: threads)
    }
  }

  /// The right side as a kernel reads it, cut where scales of either side change.
  private static func packed(
    _ rhs: CodeOperand, against grid: BlockGrid, _ tile: KernelTile, _ execution: Execution
  ) -> CodeMatrix {
    if rhs.axis == .rows {
      let slices = ContractedSlices(of: rhs.codes, against: grid, kr: tile.kr)
      if rhs.codes.isPacked(for: tile, slices) { return rhs.codes.cut(slices, execution) }
    }
    let codes = CodeOperand(rhs.codes.rowMajor(execution), rhs.axis)
    return RHSPacker(
      codes, RHSLayout(tile, rhs.codes.storage), ContractedSlices([grid, rhs.grid], kr: tile.kr),
      execution
    ).packed(withProducts: tile.lhs == .int16Pairs, lasts: false)
  }

  /// The product of float rows, quantized by the rule of their type, and a matrix of codes: as quantizing
  /// first would give it.
  static func quantizing(
    _ lhs: Matrix<Float>, as type: QuantizedType, _ rhs: CodeMatrix, _ end: ProductEnd,
    into target: ProductResult.Target, _ execution: Execution
  ) throws(QuantizationError) {
    let grid = BlockGrid(lhs.shape, type.block)
    guard lhs.shape.columns == rhs.shape.columns, isDirect(type, grid, rhs, execution) else {
      let codes = try CodeMatrix.quantize(lhs, as: type, QuantizationOptions(), execution)
      do { try quantized(CodeOperand(codes), CodeOperand(rhs), end, into: target, execution) } catch
      { throw .shape(error) }
      return
    }
    let kernel = MatmulKernels.codes(rhs.storage).best(on: execution, rows: lhs.shape.rows)
    let packed = packed(CodeOperand(rhs), against: grid, kernel.tile, execution)
    guard let right = packed.tiles else { preconditionFailure("a packed matrix without panels") }
    let shape = Shape(lhs.shape.rows, rhs.shape.rows)
    let threads = Blocking.threads(multiplications: shape.count * lhs.shape.columns, execution)
    let isFinite = Workspace.lend { workspace in
      let quantizer = LHSQuantizer(
        lhs, hasOneScale: grid.extent.columns == 1,
        smallest: type.mapping.scale.smallestInvertible, for: right, kernel.tile,
        PackingKernels(kernel.tile.lhs, run: kernel.tile.lhsRun, .rows, execution),
        PackKernels.slices.best(on: execution), threads: threads, workspace)
      let product = IntegerProduct(
        .values(quantizer), packed, kernel, threads: threads, workspace, execution
      ) { block in
        .result(
          ProductResult(
            target, shape, end, block: block, threads: threads, workspace, execution))
      }
      ThreadPool.shared.run(product, threads: threads)
      return quantizer.isFinite
    }
    guard isFinite else { throw BlockRanges.notFinite(lhs) }
  }

  /// Whether rows need not become a matrix of codes first: one scale for a row, or for each slice.
  private static func isDirect(
    _ type: QuantizedType, _ grid: BlockGrid, _ rhs: CodeMatrix, _ execution: Execution
  ) -> Bool {
    guard type.storage == .signed(bits: 8), type.block.rows == 1, grid.shape.columns > 0,
      type.mapping == MappingFormat(kind: .symmetric, scale: .float32), rhs.type.isAffineInteger,
      rhs.type.block.isRowSliced
    else { return false }
    let kr = MatmulKernels.codes(rhs.storage).best(on: execution, rows: grid.shape.rows).tile.kr
    let slices = ContractedSlices(of: rhs, against: grid, kr: kr)
    return grid.extent.columns == 1 || grid.extent.columns == slices.ranges.count
  }

  /// The exact sums of codes less zero points, `[row][column][slice]`: what scales are applied to.
  package static func integerSums(
    _ lhs: CodeMatrix, _ rhs: CodeMatrix, _ execution: Execution
  ) throws(ShapeError) -> [Int64] {
    try check(lhs.shape.columns, rhs.shape.columns)
    let slices = ContractedSlices([lhs.grid, rhs.grid], kr: 4).ranges.count
    let sums = BufferBuilder<Int64>(count: lhs.shape.rows * rhs.shape.rows * slices)
    integers(CodeOperand(lhs), CodeOperand(rhs), execution) { _, _, _ in .sums(sums.memory) }
    return sums.buffer.array
  }

  /// The product of float rows and the rows of a quantized matrix of any kind.
  static func weightOnly(
    _ lhs: FloatSource, _ rhs: CodeMatrix, _ end: ProductEnd, into target: ProductResult.Target,
    _ execution: Execution
  ) throws(ShapeError) {
    guard rhs.type.isAffineInteger, rhs.type.block.isRowSliced else {
      try float(
        FloatOperand(source: lhs, axis: .rows),
        FloatOperand(source: .codes(rhs.rowMajor(execution)), axis: .rows), end, into: target,
        execution)
      return
    }
    try check(lhs.shape.columns, rhs.shape.columns)
    let kernel = MatmulKernels.weights(rhs.storage).best(on: execution)
    let slices = ContractedSlices([rhs.grid], kr: kernel.tile.kr)
    let packed =
      rhs.isPacked(for: kernel.tile, slices) && rhs.tiles?.short != nil
      ? rhs : packed(CodeOperand(rhs), against: rhs.grid, kernel.tile, execution)
    let shape = Shape(lhs.shape.rows, rhs.shape.rows)
    let threads = Blocking.threads(multiplications: shape.count * lhs.shape.columns, execution)
    Workspace.lend { workspace in
      let product = WeightOnlyProduct(
        FloatReader(lhs, execution), packed, kernel,
        TransposeKernels.interleave.best(on: execution),
        threads: threads, workspace
      ) { block in
        ProductResult(target, shape, end, block: block, threads: threads, workspace, execution)
      }
      ThreadPool.shared.run(product, threads: threads)
    }
  }

  static func float(
    _ lhs: FloatOperand, _ rhs: FloatOperand, _ end: ProductEnd,
    into target: ProductResult.Target, _ execution: Execution
  ) throws(ShapeError) {
    try check(lhs.contractedExtent, rhs.contractedExtent)
    let shape = Shape(lhs.freeExtent, rhs.freeExtent)
    let threads = Blocking.threads(
      multiplications: shape.count * lhs.contractedExtent, execution)
    Workspace.lend { workspace in
      let product = FloatProduct(
        lhs, rhs, FloatKernels(lhs, rhs, execution), threads: threads, workspace
      ) { block in
        ProductResult(target, shape, end, block: block, threads: threads, workspace, execution)
      }
      ThreadPool.shared.run(product, threads: threads)
    }
  }

  private static func check(_ lhs: Int, _ rhs: Int) throws(ShapeError) {
    guard lhs == rhs else { throw .mismatchedDepth(lhs: lhs, rhs: rhs) }
  }
}
