extension CodeMatrix {
  /// The same numbers in the order that integer products read on a CPU.
  package func tiled(_ execution: Execution = .standard) -> CodeMatrix {
    if tiles != nil { return self }
    let lanes = MatmulKernels.integer.best(on: execution.instructionSet).rhsLanes
    let order = TileOrder(lanes: lanes)
    let slices = ContractedSlices([grid])
    let panelBytes = order.panelBytes(pairs: slices.pairCount, storage: storage)
    let panels = order.panels(rows: shape.rows)
    let tiled = Buffer<UInt8>(count: panels * panelBytes, zeroed: true) { memory in
      ThreadPool.shared.parallel(panels, threads: execution.threads) { panel in
        memory.withRange(panel * panelBytes..<(panel + 1) * panelBytes) { bytes in
          writeTile(panel, order, slices, &bytes)
        }
      }
    }
    return rearranged(
      tiled, tiles: LaneParameters(self, lanes: lanes, slices: slices))
  }

  private func writeTile(
    _ panel: Int, _ order: TileOrder, _ slices: ContractedSlices, _ bytes: inout MutableSpan<UInt8>
  ) {
    var codes = [Int16](repeating: 0, count: shape.columns)
    let lastRow = min((panel + 1) * order.lanes, shape.rows)
    for (lane, row) in (panel * order.lanes..<lastRow).enumerated() {
      var span = codes.mutableSpan
      storage.unpack(self.codes.span.extracting(codeBytes(ofRow: row)), into: &span)
      var pair = 0
      for (slice, range) in slices.ranges.enumerated() {
        for (offset, column) in range.enumerated() {
          order.write(span[column], pair + offset / 2, lane, offset % 2, storage, &bytes)
        }
        if !range.count.isMultiple(of: 2) {
          // The padding must widen to zero, so it is the code that stands for zero.
          let block = grid.blockRow(row) * grid.extent.columns + grid.blockColumn(range.lowerBound)
          let zero = zeroPoints.count > 0 ? zeroPoints[block] : 0
          order.write(zero, pair + range.count / 2, lane, 1, storage, &bytes)
        }
        pair += Int(slices.pairs[slice])
      }
    }
  }

  /// The same numbers row by row; exact.
  package func rowMajor() -> CodeMatrix {
    guard let parameters = tiles else { return self }
    let (order, slices) = (TileOrder(lanes: parameters.lanes), parameters.slices)
    let panelBytes = order.panelBytes(pairs: slices.pairCount, storage: storage)
    let source = codes.span
    let rows = Buffer<UInt8>(count: shape.rows * rowBytes) { memory in
      var codes = [UInt8](repeating: 0, count: shape.columns)
      for row in 0..<shape.rows {
        let panel = row / order.lanes
        let bytes = source.extracting(panel * panelBytes..<(panel + 1) * panelBytes)
        var pair = 0
        for (slice, range) in slices.ranges.enumerated() {
          for (offset, column) in range.enumerated() {
            codes[column] = order.read(
              bytes, pair + offset / 2, row % order.lanes, offset % 2, storage)
          }
          pair += Int(slices.pairs[slice])
        }
        var target = memory.part(codeBytes(ofRow: row))
        storage.pack(codes.span, into: &target)
      }
    }
    return rearranged(rows, tiles: nil)
  }

  /// This matrix, in an order that a kernel with panels of `lanes` rows reads slice by slice.
  func readable(lanes: Int, _ slices: ContractedSlices) -> CodeMatrix {
    guard let tiles else { return self }
    let fits = tiles.lanes == lanes && slices.subdivide(tiles.slices)
    return fits ? self : rowMajor()
  }
}

extension TileOrder {
  /// The place of a code in a panel, before packing.
  private func index(_ pair: Int, _ lane: Int, _ half: Int) -> Int {
    (pair * lanes + lane) * 2 + half
  }

  fileprivate func write(
    _ code: Int16, _ pair: Int, _ lane: Int, _ half: Int, _ storage: CodeFormat,
    _ bytes: inout MutableSpan<UInt8>
  ) {
    let index = index(pair, lane, half)
    let pattern = UInt8(truncatingIfNeeded: code)
    if Self.bits(of: storage) == 8 {
      bytes[index] = pattern
    } else {
      let place = index % 64
      bytes[index / 64 * 32 + place % 32] |= place < 32 ? pattern & 0x0f : pattern << 4
    }
  }

  fileprivate func read(
    _ bytes: borrowing Span<UInt8>, _ pair: Int, _ lane: Int, _ half: Int, _ storage: CodeFormat
  ) -> UInt8 {
    let index = index(pair, lane, half)
    if Self.bits(of: storage) == 8 { return bytes[index] }
    let place = index % 64
    let byte = bytes[index / 64 * 32 + place % 32]
    return place < 32 ? byte & 0x0f : byte >> 4
  }
}
