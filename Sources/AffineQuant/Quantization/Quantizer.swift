internal import AffineKernels

/// Quantizes one matrix.
struct Quantizer<Element: FloatElement> {
  let source: Matrix<Element>
  let grid: BlockGrid
  private let runs: RowRuns
  let chooser: ParameterChooser
  private let encoder: RowEncoder
  let execution: Execution

  init(
    _ source: Matrix<Element>, _ type: QuantizedType, _ options: QuantizationOptions,
    _ execution: Execution
  ) throws(QuantizationError) {
    self.source = source
    self.execution = execution
    grid = BlockGrid(source.shape, type.block)
    runs = RowRuns(grid, 0..<source.shape.columns)
    chooser = try ParameterChooser(type, options, Element.elementType)
    encoder = RowEncoder(chooser, options.rounding, execution)
  }

  /// Chooses parameters and encodes.
  func callAsFunction() throws(QuantizationError) -> CodeMatrix {
    encode(try parameters())
  }

  /// Encodes with given parameters, one a block.
  func encode(_ blocks: [BlockParameters]) -> CodeMatrix {
    let (storage, columns) = (chooser.type.storage, source.shape.columns)
    let rowBytes = storage.byteCount(columns: columns)
    let codes = Buffer<UInt8>(count: source.shape.rows * rowBytes, zeroed: false) { memory in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(source.shape.rows, columns, execution) { rows in
        var reader = RowReader(source)
        var scratch = [UInt8](repeating: 0, count: columns)
        for row in rows {
          let first = grid.blockRow(row) * grid.extent.columns
          reader.read(row) { values in
            let parameters = blocks.span.extracting(first..<first + grid.extent.columns)
            memory.withRange(row * rowBytes..<(row + 1) * rowBytes) { bytes in
              if storage.bits == 8 {
                encoder.encode(
                  values, runs.ends, parameters, first: row * columns, into: &bytes)
              } else {
                var codes = scratch.mutableSpan
                encoder.encode(
                  values, runs.ends, parameters, first: row * columns, into: &codes)
                storage.pack(codes.span, into: &bytes)
              }
            }
          }
        }
      }
    }
    let kind = chooser.type.mapping.kind
    return CodeMatrix(
      type: chooser.type, grid: grid, codes: codes, scales: Buffer(blocks.map(\.scale)),
      zeroPoints: Buffer(kind == .asymmetric ? blocks.map(\.zeroPoint) : []),
      biases: Buffer(kind == .biased ? blocks.map(\.bias) : []))
  }

  /// Whether the type holds no negative value.
  private var isNonnegative: Bool {
    if case .codebook(let map) = chooser.type.mapping.kind { map.values[0] >= 0 } else { false }
  }

  func parameters(_ ranges: BlockRanges) throws(QuantizationError) -> [BlockParameters] {
    var blocks: [BlockParameters] = []
    blocks.reserveCapacity(ranges.minimum.count)
    let (lows, highs) = (ranges.minimum.span, ranges.maximum.span)
    for index in lows.indices {
      let (minimum, maximum) = (lows[index], highs[index])
      let block = chooser.parameters(minimum, maximum)
      if isNonnegative, minimum < 0 {
        throw .negative(
          minimum: minimum, blockRow: index / grid.extent.columns,
          blockColumn: index % grid.extent.columns)
      }
      guard block.scale.isFinite, block.bias.isFinite, (1 / block.scale).isFinite else {
        throw .rangeTooWide(
          minimum: minimum, maximum: maximum, blockRow: index / grid.extent.columns,
          blockColumn: index % grid.extent.columns)
      }
      blocks.append(block)
    }
    return blocks
  }
}
