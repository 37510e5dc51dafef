extension AnyQuantized {
  /// Quantizes values to a type that is known only at run time.
  ///
  /// - Parameters:
  ///   - values: Any shape; blocks at the ends may be smaller.
  ///   - type: What the matrix becomes.
  ///   - options: The rule that chooses parameters, and how values are rounded.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``QuantizationError``, as the initializers of `AffineQuantized`.
  public init<Element: FloatElement>(
    quantizing values: Matrix<Element>, as type: QuantizedType,
    _ options: QuantizationOptions = QuantizationOptions(), on execution: Execution = .standard
  ) throws(QuantizationError) {
    let type = try QuantizedType(type.storage, type.block, type.mapping)
    self.init(try .quantize(values, as: type, options, execution))
  }

  /// Quantizes values with parameters that are known already: static quantization.
  ///
  /// - Parameters:
  ///   - values: Any shape; blocks at the ends may be smaller.
  ///   - type: What the matrix becomes.
  ///   - parameters: One scale, and one zero point or bias where the mapping has such, for each block, row of
  ///     blocks by row.
  ///   - options: How values are rounded; no rule chooses anything.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``QuantizationError``: a type that cannot be, parameters that do not fit, values that are
  ///   not finite.
  public init<Element: FloatElement>(
    quantizing values: Matrix<Element>, as type: QuantizedType,
    with parameters: QuantizationParameters,
    _ options: QuantizationOptions = QuantizationOptions(), on execution: Execution = .standard
  ) throws(QuantizationError) {
    let type = try QuantizedType(type.storage, type.block, type.mapping)
    self.init(try .quantize(values, as: type, with: parameters, options, execution))
  }

  /// Takes codes and parameters as they are; scales that are codes are the nearest to those given.
  ///
  /// - Parameters:
  ///   - type: What the matrix is.
  ///   - shape: Its rows and columns.
  ///   - codeBytes: The codes row by row, each row in whole bytes.
  ///   - parameters: One scale, and one zero point or bias where the mapping has such, for each block, row of
  ///     blocks by row.
  /// - Throws: ``QuantizationError``: counts that do not fit, scales or biases that their type does not
  ///   hold, zero points that are no codes, bit patterns that are none of the storage, as the fourth of a ternary
  ///   one, codes that would stand for more than the largest `Float`, and any scales for a type that has them from a
  ///   table.
  public init(
    type: QuantizedType, shape: Shape, codeBytes: Buffer<UInt8>, parameters: QuantizationParameters
  ) throws(QuantizationError) {
    let type = try QuantizedType(type.storage, type.block, type.mapping)
    let grid = BlockGrid(shape, type.block)
    do { try grid.validate() } catch { throw .shape(error) }
    let parts = try parameters.parts(codeBytes, type, grid)
    self.init(try CodeMatrix(type: type, grid: grid, parts: parts))
  }
}

extension QuantizedMatrix {
  /// The values, in a matrix of the same shape, which does not depend on `execution`.
  public func dequantized<Element: FloatElement>(
    as _: Element.Type = Element.self, on execution: Execution = .standard
  ) -> Matrix<Element> {
    contents.core.dequantized(execution)
  }

  /// `X · Wᵀ` for float activations and this weight: what the function of this name gives, at its cost.
  ///
  /// - Parameters:
  ///   - input: `m × k`; the weight is `n × k`.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: `m × n` values.
  /// - Throws: ``ShapeError/mismatchedDepth(lhs:rhs:)``.
  public func linear<Element: FloatElement>(
    _ input: Matrix<Element>, on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Element> {
    try ProductCall(
      .linear, ErasedOperand(input), .quantized(contents.core), on: execution
    ).result()
  }
}
