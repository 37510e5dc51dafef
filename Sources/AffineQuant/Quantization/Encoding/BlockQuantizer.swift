/// Quantizes block by block and value by value: for methods that choose one code after another.
///
/// Parameters, codes and values are those of `AnyQuantized(quantizing:as:)` and `dequantized()`, bit for
/// bit.
package struct BlockQuantizer: Sendable {
  private let chooser: ParameterChooser
  private let encoder: RowEncoder
  private let table: [Float]?

  /// - Throws: ``QuantizationError/unsupported(rule:type:)``.
  package init(_ type: QuantizedType) throws(QuantizationError) {
    let type = try QuantizedType(type.storage, type.block, type.mapping)
    // Scales that are codes depend on those of other blocks.
    guard type.mapping.codes == nil else { throw .unsupported(rule: type.rule, type: type.name) }
    chooser = try ParameterChooser(type, QuantizationOptions(), .float32)
    encoder = RowEncoder(chooser, .nearestEven, .standard)
    table = type.decodingTable
  }

  /// The type of the codes.
  package var type: QuantizedType { chooser.type }

  /// The grid of blocks of a whole matrix.
  package func grid(of shape: Shape) -> BlockGrid { BlockGrid(shape, type.block) }

  /// The parameters of a block with this range; they may be unusable.
  package func parameters(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    var block = checked(chooser.parameters(minimum, maximum))
    if chooser.rejectsNegative(minimum) { block.scale = .nan }
    return block
  }

  /// The parameters of the values of a block.
  package func parameters(of values: borrowing Span<Float>) -> BlockParameters {
    if chooser.rule == .meanMagnitude {
      return checked(chooser.parameters(BlockMagnitudes(values, .standard)))
    }
    var (minimum, maximum) = (Float.infinity, -Float.infinity)
    for index in values.indices {
      minimum = min(minimum, values[index])
      maximum = max(maximum, values[index])
    }
    return parameters(minimum, maximum)
  }

  /// Parameters with a given scale and bias, both rounded to the type of the scales; they may be unusable.
  package func parameters(scale: Float, bias: Float) -> BlockParameters {
    let format = type.mapping.scale
    let (scale, bias) = (format.round(scale), format.round(bias))
    return checked(
      BlockParameters(scale: scale, bias: bias, encodingScale: scale, encodingBias: bias))
  }

  /// Parameters with which every code is finite, or with a scale that says that they are not usable.
  private func checked(_ block: BlockParameters) -> BlockParameters {
    var block = block
    if !chooser.accepts(block) { block.scale = .infinity }
    return block
  }

  /// The code of a value; for small floats and codebooks its bit pattern.
  package func code(_ value: Float, _ block: BlockParameters) -> Int {
    // The element's index matters to stochastic rounding only.
    encoder.code(value, block, element: 0)
  }

  /// The value of a code.
  package func value(_ code: Int, _ block: BlockParameters) -> Float {
    let number = table.map { $0[code] } ?? Float(code) - Float(block.zeroPoint)
    let product = number * block.scale
    return type.mapping.kind == .biased ? product + block.bias : product
  }

  /// The matrix of codes that were chosen.
  ///
  /// - Parameters:
  ///   - shape: Rows and columns.
  ///   - codes: One a byte, row by row, in two's complement where they are signed.
  ///   - blocks: One a block of the grid, row by row.
  /// - Returns: The matrix, row by row.
  /// - Throws: ``QuantizationError``: counts that do not fit, parameters that are not usable.
  package func matrix(
    _ shape: Shape, codes: [UInt8], blocks: [BlockParameters]
  ) throws(QuantizationError) -> AnyQuantized {
    let grid = grid(of: shape)
    for (what, expected, found) in [
      ("codes", shape.count, codes.count), ("blocks", grid.extent.count, blocks.count),
    ] where expected != found {
      throw .shape(.wrongCount(of: what, expected: expected, found: found))
    }
    for (index, block) in blocks.enumerated() where !block.isUsable {
      throw .invalidScale(
        block.scale, blockRow: index / grid.extent.columns,
        blockColumn: index % grid.extent.columns)
    }
    let storage = type.storage
    let rowBytes = storage.byteCount(columns: shape.columns)
    let packed = Buffer<UInt8>(count: shape.rows * rowBytes) { output in
      let source = codes.span
      for row in 0..<shape.rows {
        var target = output.part(row * rowBytes..<(row + 1) * rowBytes)
        storage.pack(
          source.extracting(row * shape.columns..<(row + 1) * shape.columns), into: &target)
      }
    }
    let kind = type.mapping.kind
    let parts = CodeMatrix.Parts(
      codes: packed, scales: Buffer(blocks.map(\.scale)),
      zeroPoints: Buffer(kind == .asymmetric ? blocks.map(\.zeroPoint) : []),
      biases: Buffer(kind == .biased ? blocks.map(\.bias) : []))
    return AnyQuantized(try CodeMatrix(type: type, grid: grid, parts: parts))
  }
}
