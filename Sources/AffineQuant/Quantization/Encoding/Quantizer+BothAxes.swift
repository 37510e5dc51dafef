extension AnyQuantized {
  /// Quantizes values twice: with a scale for each row, and with one for each column.
  ///
  /// Ranges of columns are found while rows are quantized and lie in a cache. So codes by columns need no second
  /// reading of values, for which strips of columns would be as narrow as a cache asks, their rows short pieces.
  ///
  /// - Parameters:
  ///   - values: Any shape.
  ///   - rows: What the first becomes: a type with a block for each row.
  ///   - rowOptions: How the first is quantized, by the range of a block.
  ///   - columns: What the second becomes: a type with a block for each column.
  ///   - columnOptions: How the second is quantized, likewise.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: What either initializer gives, bit for bit.
  /// - Throws: ``QuantizationError``, that of the rows first.
  package static func quantizingBothAxes(
    of values: Matrix<Float>, rows: QuantizedType, _ rowOptions: QuantizationOptions,
    columns: QuantizedType, _ columnOptions: QuantizationOptions, on execution: Execution
  ) throws(QuantizationError) -> (rows: AnyQuantized, columns: AnyQuantized) {
    precondition(rows.block == Block(rows: 1, columns: Block.whole))
    precondition(columns.block == rows.block.transposed)
    guard values.shape.count > 0 else {
      return (
        try AnyQuantized(quantizing: values, as: rows, rowOptions, on: execution),
        try AnyQuantized(quantizing: values, as: columns, columnOptions, on: execution)
      )
    }
    let byRows = try Quantizer(values, rows, rowOptions, execution)
    let byColumns = try Quantizer(values, columns, columnOptions, execution)
    precondition(byRows.chooser.rule != .meanMagnitude && byColumns.chooser.rule != .meanMagnitude)
    let ranges = ColumnRanges(columns: values.shape.columns)
    guard let ofRows = byRows.quantizedByStrips(joining: ranges) else {
      _ = try byRows.parameters()
      preconditionFailure("\(rows.name) has parameters for all blocks, and not for each")
    }
    guard let ofColumns = byColumns.quantizedByStrips(knowing: ranges.parts) else {
      _ = try byColumns.parameters()
      preconditionFailure("\(columns.name) has parameters for all blocks, and not for each")
    }
    return (AnyQuantized(ofRows), AnyQuantized(ofColumns))
  }
}
