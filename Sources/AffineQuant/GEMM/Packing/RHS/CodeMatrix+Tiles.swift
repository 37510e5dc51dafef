extension CodeMatrix {
  /// The same numbers in the order that products of codes read on a CPU.
  ///
  /// `sums` says whether those that products with several rows may need are made at once, and not by the first of them.
  package func tiled(_ execution: Execution = .standard, sums: Bool = true) -> CodeMatrix {
    if tiles != nil { return self }
    let tile = MatmulKernels.weightTile(type, execution)
    return RHSPacker(
      CodeOperand(self), RHSLayout(tile, storage), ContractedSlices([grid], kr: tile.kr),
      PackingKernels(right: tile, storage, .rows, execution), execution
    ).packed(products: sums && tile.multipliesPairs, lasts: true)
  }

  /// Sums of the codes of panels.
  func codeSums(
    _ kind: RHSSums.Kind, _ tiles: PackedRHS, _ execution: Execution
  ) -> Buffer<Int32> {
    tiles.derived.codes(kind) {
      let kernels = PanelKernels(tiles.layout.form, execution)
      let packing = PackingKernels(
        tiles.layout.form, run: tiles.layout.run, .rows, execution)
      // Some panels at a time: rows of all of them would take as much memory again.
      let panels = tiles.layout.panels(rows: shape.rows)
      let parts = stride(from: 0, to: panels, by: Self.summedPanels).map { first in
        let codes = rowMajorCodes(
          first..<min(first + Self.summedPanels, panels), tiles, kernels, execution)
        return RHSPacker(
          CodeOperand(codes), tiles.layout, tiles.slices, packing, execution
        ).sums(kind)
      }
      return Buffer(joining: parts)
    }
  }

  private static var summedPanels: Int { 256 }

  /// The rows of some panels with their zero points, which is all that sums are made of.
  private func rowMajorCodes(
    _ panels: Range<Int>, _ tiles: PackedRHS, _ kernels: PanelKernels, _ execution: Execution
  ) -> CodeMatrix {
    let nr = tiles.layout.nr, bytes = tiles.panelBytes
    let rows = panels.lowerBound * nr..<min(panels.upperBound * nr, shape.rows)
    let part = grid.slice(rows: rows, columns: 0..<shape.columns)
    let zeroPoints = blocks(zeroPoints, rows, 0..<shape.columns, part)
    let packed = CodeMatrix(
      type: type.flat, grid: part, tiles: tiles,
      codes: Buffer(codes.span.extracting(panels.lowerBound * bytes..<panels.upperBound * bytes)),
      scales: Buffer([]), zeroPoints: zeroPoints, biases: Buffer([]))
    let codes = BufferBuilder<UInt8>(count: rows.count * rowBytes)
    Workspace.lend { packed.takeApart(tiles, kernels, into: codes.memory, execution, $0) }
    return CodeMatrix(
      type: type.flat, grid: part, codes: codes.buffer, scales: Buffer([]),
      zeroPoints: zeroPoints, biases: Buffer([]))
  }

  /// The sums of codes less their zero points, times the scales.
  func scaledSums(_ tiles: PackedRHS, _ execution: Execution) -> Buffer<Float> {
    tiles.derived.scaled {
      let (totals, scales) = (codeSums(.totals, tiles, execution).span, tiles.scales)
      return Buffer(count: totals.count, zeroed: false) { sums in
        for index in totals.indices { sums[index] = Float(totals[index]) * scales[index] }
      }
    }
  }

  /// How a product with blocks on the left cuts panels, in which some of those blocks end.
  func cut(_ tiles: PackedRHS, against lhs: BlockGrid) -> RHSSums.Cut {
    tiles.derived.cut(lhs) {
      let slices = ContractedSlices([lhs, grid], kr: tiles.slices.kr)
      return (slices, slices.parents(in: tiles.slices) != nil)
    }
  }

  /// The same codes where they lie, with the parameters of finer slices, which stay with them.
  func cut(against lhs: BlockGrid, _ execution: Execution) -> CodeMatrix {
    guard let tiles, !tiles.slices.keepsBlocks(of: lhs) else { return self }
    let (layout, cut) = (tiles.layout, cut(tiles, against: lhs))
    let panels = tiles.derived.panels(of: cut) {
      let zeros: Buffer<Int32> = PackedRHS.spread(
        zeroPoints, grid, lanes: layout.nr, cut.slices, execution
      ) { Int32($0) + Int32(layout.offset) }
      let numbers = [scales, biases].map {
        PackedScales($0, type.flat.mapping.scale, grid, lanes: layout.nr, cut.slices, execution)
      }
      return PackedRHS(
        layout: layout, slices: cut.slices, grid, scales: numbers[0], biases: numbers[1],
        zeros: zeros, table: tiles.table, whole: tiles.whole, derived: RHSSums())
    }
    return CodeMatrix(
      type: type, grid: grid, tiles: panels, codes: codes, scales: Buffer([]),
      zeroPoints: zeroPoints, biases: Buffer([]))
  }

  /// The same numbers row by row; exact.
  package func rowMajor(_ execution: Execution = .standard) -> CodeMatrix {
    guard let tiles else { return self }
    return rowMajor(tiles, PanelKernels(tiles.layout.form, execution), execution)
  }

  func rowMajor(
    _ tiles: PackedRHS, _ kernels: PanelKernels, _ execution: Execution
  ) -> CodeMatrix {
    let rows = BufferBuilder<UInt8>(count: shape.rows * rowBytes)
    Workspace.lend { takeApart(tiles, kernels, into: rows.memory, execution, $0) }
    return CodeMatrix(
      type: type, grid: grid, codes: rows.buffer, scales: scales, zeroPoints: zeroPoints,
      biases: biases,
      coded: codedScales)
  }

  /// The same in memory that a call works in, and no longer; scales that are codes as numbers.
  func rowMajor(
    _ kernels: PanelKernels?, _ execution: Execution, _ workspace: Workspace
  ) -> CodeMatrix {
    guard let tiles, let kernels else { return self }
    let rows = workspace.take(shape.rows * rowBytes, of: UInt8.self)
    takeApart(tiles, kernels, into: rows, execution, workspace)
    func gathered(_ numbers: PackedScales) -> Buffer<Float> {
      let blocks = workspace.take(numbers.count > 0 ? grid.extent.count : 0, of: Float.self)
      tiles.gather(numbers, grid, into: blocks)
      return workspace.buffer(blocks)
    }
    return CodeMatrix(
      type: type.flat, grid: grid, codes: workspace.buffer(rows), scales: gathered(tiles.scales),
      zeroPoints: zeroPoints, biases: gathered(tiles.biases))
  }

  private func takeApart(
    _ tiles: PackedRHS, _ kernels: PanelKernels, into rows: DisjointMemory<UInt8>,
    _ execution: Execution, _ workspace: Workspace
  ) {
    let layout = tiles.layout
    let (parts, threads) = ThreadPool.split(
      layout.panels(rows: shape.rows), layout.nr * shape.columns, execution)
    let reading = PanelReading(
      self, tiles, kernels, into: rows, parts: parts, threads: threads, workspace)
    ThreadPool.shared.run(reading, threads: threads, execution.record)
  }

  /// The code of one element of panels that are cut where blocks end. In one piece with its caller, like all that it
  /// calls: counting a reference to the panels takes as long as the rest.
  @inline(__always)
  func tileCode(_ tiles: PackedRHS, row: Int, column: Int) -> Int {
    tileCode(tiles, row: row, tilePlace(tiles, column: column))
  }

  /// The same of a column whose place is known.
  @inline(__always)
  func tileCode(_ tiles: PackedRHS, row: Int, _ place: (group: Int, inGroup: Int)) -> Int {
    let layout = tiles.layout
    let (panel, lane) = layout.place(ofRow: row)
    let start = panel * tiles.panelBytes
    let pattern = layout.read(
      codes.span.extracting(start..<start + tiles.panelBytes), group: place.group, lane: lane,
      place.inGroup)
    // Unsigned in the panel, less what was added to a code.
    return Int(pattern) - layout.offset
  }

  /// The k-group of a panel that has a column, and the column's place in it.
  @inline(__always)
  func tilePlace(_ tiles: PackedRHS, column: Int) -> (group: Int, inGroup: Int) {
    if tiles.slices.keepsColumns { return tiles.layout.place(ofCode: column) }
    let block = grid.blockColumn(column), groups = tiles.blockGroups
    let before = block > 0 ? groups.first + (block - 1) * groups.later : 0
    let place = tiles.layout.place(ofCode: column - grid.columns(ofBlock: block).lowerBound)
    return (before + place.group, place.inGroup)
  }
}
