/// Quantizes one matrix.
struct Quantizer<Element: FloatElement> {
  let source: Matrix<Element>
  let grid: BlockGrid
  let chooser: ParameterChooser
  let encoder: RowEncoder
  let execution: Execution

  init(
    _ source: Matrix<Element>, _ type: QuantizedType, _ options: QuantizationOptions,
    _ execution: Execution
  ) throws(QuantizationError) {
    self.source = source
    self.execution = execution
    grid = BlockGrid(source.shape, type.block)
    do { try grid.validate() } catch { throw .shape(error) }
    chooser = try ParameterChooser(type, options, Element.elementType)
    encoder = RowEncoder(chooser, options.rounding, execution)
  }

  /// Chooses parameters and encodes.
  func callAsFunction() throws(QuantizationError) -> CodeMatrix {
    // A single block of several rows is read by all threads before the first code is known.
    let isOne = grid.extent.count == 1 && source.shape.rows > 1
    if isOne || chooser.rule == .meanMagnitude { return encode(try parameters()) }
    if let matrix = quantizedByStrips() { return matrix }
    _ = try parameters()
    preconditionFailure("\(chooser.type.name) has parameters for all blocks, and not for each")
  }

  /// Encodes with given parameters, one a block.
  func encode(_ blocks: [BlockParameters]) -> CodeMatrix {
    let (storage, shape) = (chooser.type.storage, source.shape)
    let ends = grid.block.columns == 1 ? [] : RowRuns.ends(grid, 0..<shape.columns)
    let rowBytes = storage.byteCount(columns: shape.columns)
    let codes = Buffer<UInt8>(count: shape.rows * rowBytes, zeroed: false) { memory in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(shape.rows, shape.columns, execution) { rows in
        var reader = RowReader(source, execution)
        var writer = CodeWriter(storage, shape, memory, execution)
        var encoder = encoder
        var row = rows.lowerBound
        while row < rows.upperBound {
          let blockRow = grid.blockRow(row)
          let end = min(grid.rows(ofBlock: blockRow).upperBound, rows.upperBound)
          let first = blockRow * grid.extent.columns
          encoder.load(blocks.span.extracting(first..<first + grid.extent.columns))
          reader.read(row..<end, 0..<shape.columns) { writer.write($0, ends, encoder) }
          row = end
        }
      }
    }
    let kind = chooser.type.mapping.kind
    return CodeMatrix(
      type: chooser.type, grid: grid, codes: codes, scales: Buffer(blocks.map(\.scale)),
      zeroPoints: Buffer(kind == .asymmetric ? blocks.map(\.zeroPoint) : []),
      biases: Buffer(kind == .biased ? blocks.map(\.bias) : []))
  }

  /// The parameters that are chosen for each block's range, one after the other.
  func parameters(
    _ ranges: BlockRanges, _ choose: (_ minimum: Float, _ maximum: Float) -> BlockParameters
  ) throws(QuantizationError) -> [BlockParameters] {
    var blocks: [BlockParameters] = []
    blocks.reserveCapacity(ranges.minimum.count)
    let (lows, highs) = (ranges.minimum.span, ranges.maximum.span)
    for index in lows.indices {
      let (minimum, maximum) = (lows[index], highs[index])
      guard !chooser.rejectsNegative(minimum) else {
        throw .negative(
          minimum: minimum, blockRow: index / grid.extent.columns,
          blockColumn: index % grid.extent.columns)
      }
      let block = choose(minimum, maximum)
      guard chooser.accepts(block) else {
        throw .rangeTooWide(
          minimum: minimum, maximum: maximum, blockRow: index / grid.extent.columns,
          blockColumn: index % grid.extent.columns)
      }
      blocks.append(block)
    }
    return blocks
  }
}
