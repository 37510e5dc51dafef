extension PackedWeight {
  /// Packs a matrix that is read in strips of rows: what is not packed yet takes the memory of one of them. The matrix
  /// is large, as a table of tokens, which meets one row where a text is continued: sums that more rows need are made
  /// when these come.
  ///
  /// - Parameters:
  ///   - rows: Of the matrix.
  ///   - strip: Rows of each strip but the last.
  ///   - inputs: What its inputs are quantized to on every call, if anything.
  ///   - execution: Threads and instruction sets.
  ///   - read: Some rows; all of one type, with blocks of one row.
  /// - Throws: What `read` throws.
  package init(
    rows: Int, strip: Int, inputs: QuantizedType? = nil, on execution: Execution,
    _ read: (Range<Int>) throws -> AnyQuantized
  ) throws {
    let first = try read(0..<min(strip, rows)).core
    precondition(first.type.block.rows == 1, "strips of \(first.type.name)")
    guard first.type.liesInPanels else {
      let others = try stride(from: strip, to: rows, by: strip).map {
        try read($0..<min($0 + strip, rows)).core
      }
      self.init(AnyQuantized(try others.reduce(first) { try $0.joined(above: $1) }), inputs: inputs)
      return
    }
    let packed = first.tiled(execution, sums: false)
    guard let layout = packed.tiles?.layout, strip.isMultiple(of: layout.nr) else {
      preconditionFailure("strips of \(strip) rows of \(first.type.name)")
    }
    let panelBytes = packed.codes.count / layout.panels(rows: first.shape.rows)
    let codes = BufferBuilder<UInt8>(count: panelBytes * layout.panels(rows: rows), lasts: true)
    var (tiles, zeroPoints): ([PackedRHS], [Buffer<Int16>]) = ([], [])
    func add(_ part: CodeMatrix, at row: Int) {
      let start = row / layout.nr * panelBytes
      codes.memory.withRange(start..<start + part.codes.count) { $0.copy(part.codes.span) }
      if let parameters = part.tiles { tiles.append(parameters) }
      zeroPoints.append(part.zeroPoints)
    }
    add(packed, at: 0)
    for row in stride(from: strip, to: rows, by: strip) {
      add(try read(row..<min(row + strip, rows)).core.tiled(execution, sums: false), at: row)
    }
    let grid = BlockGrid(Shape(rows, first.shape.columns), first.type.block)
    let core = CodeMatrix(
      type: first.type, grid: grid, tiles: PackedRHS(joining: tiles, grid), codes: codes.buffer,
      scales: Buffer([]), zeroPoints: Buffer(joining: zeroPoints), biases: Buffer([]))
    self.init(packed: core, inputs: inputs)
  }
}

extension PackedRHS {
  /// Those of matrices that lie above each other, all but the last in whole panels.
  fileprivate convenience init(joining parts: [PackedRHS], _ grid: BlockGrid) {
    self.init(
      layout: parts[0].layout, slices: parts[0].slices, grid,
      scales: PackedScales(joining: parts.map(\.scales)),
      biases: PackedScales(joining: parts.map(\.biases)),
      zeros: Buffer(joining: parts.map(\.zeros)), table: parts[0].table, whole: parts[0].whole,
      derived: RHSSums(joining: parts.map(\.derived)))
  }
}
