extension CodeMatrix {
  /// The same numbers in the order that products of codes read on a CPU.
  package func tiled(_ execution: Execution = .standard) -> CodeMatrix {
    if tiles != nil { return self }
    let lanes = MatmulKernels.codes(storage).best(on: execution.instructionSet).rhsLanes
    return tiled(lanes: lanes, ContractedSlices([grid]), execution)
  }

  /// The same numbers in panels of `lanes` rows and these slices, which cut the columns no coarser
  /// than blocks do.
  func tiled(lanes: Int, _ slices: ContractedSlices, _ execution: Execution) -> CodeMatrix {
    if let tiles, tiles.order.lanes == lanes, tiles.slices == slices { return self }
    return RightPacker(rowMajor(), lanes, slices, execution).tiled()
  }

  /// The same numbers row by row; exact.
  package func rowMajor() -> CodeMatrix {
    guard let parameters = tiles else { return self }
    let (order, slices) = (parameters.order, parameters.slices)
    let panelBytes = order.quadBytes * slices.quadCount
    let source = codes.span
    let rows = Buffer<UInt8>(count: shape.rows * rowBytes) { memory in
      var codes = [UInt8](repeating: 0, count: shape.columns)
      for row in 0..<shape.rows {
        let panel = row / order.lanes
        let bytes = source.extracting(panel * panelBytes..<(panel + 1) * panelBytes)
        var quad = 0
        for (range, quads) in zip(slices.ranges, slices.quads) {
          for (offset, column) in range.enumerated() {
            let code = order.read(
              bytes, quad: quad + offset / 4, lane: row % order.lanes, offset % 4)
            codes[column] = code &- UInt8(order.offset)
          }
          quad += Int(quads)
        }
        var target = memory.part(codeBytes(ofRow: row))
        storage.pack(codes.span, into: &target)
      }
    }
    return rearranged(rows, tiles: nil)
  }
}
