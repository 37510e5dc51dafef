extension CodeMatrix {
  /// The same numbers in the order that products of codes read on a CPU.
  package func tiled(_ execution: Execution = .standard) -> CodeMatrix {
    if tiles != nil { return self }
    let kernel = MatmulKernels.codes(storage).best(on: execution.instructionSet)
    return RightPacker(rowMajor(), kernel.rhsLanes, ContractedSlices([grid]), execution)
      .tiled(withProducts: kernel.order == .wide, lasts: true)
  }

  /// The same numbers in panels of `lanes` rows and these slices, which cut the columns no coarser
  /// than blocks do.
  func tiled(
    lanes: Int, _ slices: ContractedSlices, withProducts: Bool, _ execution: Execution
  ) -> CodeMatrix {
    if let tiles, tiles.order.lanes == lanes, tiles.slices == slices { return self }
    return RightPacker(rowMajor(), lanes, slices, execution).tiled(
      withProducts: withProducts, lasts: false)
  }

  /// Sums of the codes of tiles.
  func laneSums(
    _ kind: LaneSums.Kind, _ tiles: LaneParameters, _ execution: Execution
  ) -> Buffer<Int32> {
    tiles.derived.codes(kind) {
      RightPacker(rowMajor(), tiles.order.lanes, tiles.slices, execution).sums(kind)
    }
  }

  /// The same numbers row by row; exact.
  package func rowMajor() -> CodeMatrix {
    guard let tiles else { return self }
    let rows = Buffer<UInt8>(count: shape.rows * rowBytes) { memory in
      var codes = [UInt8](repeating: 0, count: shape.columns)
      for row in 0..<shape.rows {
        readTiles(tiles, row: row, into: &codes)
        var target = memory.part(codeBytes(ofRow: row))
        storage.pack(codes.span, into: &target)
      }
    }
    return CodeMatrix(
      type: type, grid: grid, codes: rows, scales: scales, zeroPoints: zeroPoints, biases: biases)
  }

  /// The code of one element of tiles that are cut where blocks end.
  func tileCode(_ tiles: LaneParameters, row: Int, column: Int) -> Int {
    let order = tiles.order
    let (block, first) = (grid.blockColumn(column), grid.columns(ofBlock: 0))
    // Cuts inside a block lie between quads; all blocks before this one but the first are whole.
    let whole = block > 1 ? (block - 1) * ((grid.block.columns + 3) / 4) : 0
    let before = block > 0 ? (first.count + 3) / 4 + whole : 0
    let place = column - grid.columns(ofBlock: block).lowerBound
    let panelBytes = order.quadBytes * tiles.slices.quadCount
    let start = row / order.lanes * panelBytes
    let pattern = order.read(
      codes.span.extracting(start..<start + panelBytes), quad: before + place / 4,
      lane: row % order.lanes, place % 4)
    // Unsigned in the tile, less what was added to a code.
    return Int(pattern) - order.offset
  }

  /// The codes of one row of tiles, one a byte.
  func readTiles(_ tiles: LaneParameters, row: Int, into codes: inout [UInt8]) {
    let (order, slices) = (tiles.order, tiles.slices)
    let panelBytes = order.quadBytes * slices.quadCount
    let start = row / order.lanes * panelBytes
    let bytes = self.codes.span.extracting(start..<start + panelBytes)
    var quad = 0
    for (range, quads) in zip(slices.ranges, slices.quads) {
      for (offset, column) in range.enumerated() {
        let code = order.read(bytes, quad: quad + offset / 4, lane: row % order.lanes, offset % 4)
        codes[column] = code &- UInt8(order.offset)
      }
      quad += Int(quads)
    }
  }
}
