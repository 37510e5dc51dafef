extension AffineQuantized where Layout: RowMajorLayout {
  /// Chooses parameters for values without encoding them.
  ///
  /// - Parameters:
  ///   - values: Any shape.
  ///   - options: The rule, and what scales are kept from zero by.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: Parameters with which the same values have the codes that they have without. Scales from a table are
  ///   the numbers before they become places in it, all others are those of the matrix.
  /// - Throws: ``QuantizationError``, as the initializer that quantizes.
  public static func chooseParameters<Element: FloatElement>(
    for values: Matrix<Element>, _ options: QuantizationOptions = QuantizationOptions(),
    on execution: Execution = .standard
  ) throws(QuantizationError) -> QuantizationParameters {
    let type = try checkedType()
    return try CodeMatrix.chooseParameters(for: values, as: type, options, execution)
  }

  /// Quantizes values with parameters that are known already: static quantization.
  ///
  /// Scales that are codes are the nearest to those given, and values are encoded with what they stand for.
  ///
  /// - Parameters:
  ///   - values: Any shape; blocks at the ends may be smaller.
  ///   - parameters: One scale a block and, as the mapping asks, one zero point or bias, row of blocks by row.
  ///   - options: Rounding and codes; rule and epsilon choose nothing here.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``QuantizationError``: parameters that do not fit, values that are not finite.
  public init<Element: FloatElement>(
    quantizing values: Matrix<Element>, with parameters: QuantizationParameters,
    _ options: QuantizationOptions = QuantizationOptions(), on execution: Execution = .standard
  ) throws(QuantizationError) {
    let type = try Self.checkedType()
    self.init(
      trusted: try .quantize(values, as: type, with: parameters, options, execution))
  }

  /// Takes codes and parameters as they are; scales that are codes are the nearest to those given.
  ///
  /// - Parameters:
  ///   - shape: Rows and columns.
  ///   - codeBytes: Every row one little-endian bit stream of whole bytes; bits behind the last column count for
  ///     nothing.
  ///   - parameters: One scale a block and, as the mapping asks, one zero point or bias, row of blocks by row.
  /// - Throws: ``QuantizationError``: counts that do not fit, scales or biases that their type does not
  ///   hold, zero points that are no codes, bit patterns that are none of the storage, as the fourth of a ternary
  ///   one, codes that would stand for more than the largest `Float`, and any scales for a type that has them from a
  ///   table.
  public init(
    shape: Shape, codeBytes: Buffer<UInt8>, parameters: QuantizationParameters
  ) throws(QuantizationError) {
    let type = try Self.checkedType()
    let grid = BlockGrid(shape, type.block)
    do { try grid.validate() } catch { throw .shape(error) }
    let parts = try parameters.parts(codeBytes, type, grid)
    self.init(trusted: try CodeMatrix(type: type, grid: grid, parts: parts))
  }

  /// The type, where it is one that can be.
  ///
  /// - Throws: ``QuantizationError/unsupported(rule:type:)``: a type of a package outside that says of a
  ///   storage or a mapping what is not so.
  static func checkedType() throws(QuantizationError) -> QuantizedType {
    try QuantizedType(type.storage, type.block, type.mapping)
  }
}

extension AffineQuantized {
  /// The values in a matrix of the same shape, each operation rounded to `Element`: `(code − zero point) · scale`, then
  /// `+ bias`.
  ///
  /// What is beyond the largest `Element` becomes infinite, as within a step of 65504 in `Float16`.
  ///
  /// - Complexity: O(rows · columns).
  public func dequantized<Element: FloatElement>(
    as _: Element.Type = Element.self, on execution: Execution = .standard
  ) -> Matrix<Element> {
    core.dequantized(execution)
  }

  /// The values as `Float`, in a matrix of the same shape.
  public func dequantized(on execution: Execution = .standard) -> Matrix<Float> {
    core.dequantized(execution)
  }
}

extension AffineQuantized where Layout: RowMajorLayout {
  /// Rounds values to what this type can represent: quantizes and dequantizes to `Element`, of which what is
  /// beyond the largest becomes infinite, as within a step of 65504 in `Float16`.
  ///
  /// `values` have any shape; `options` name the rule that chooses parameters, and how values are rounded.
  ///
  /// - Throws: ``QuantizationError``, as the initializer that quantizes.
  public static func fakeQuantized<Element: FloatElement>(
    _ values: Matrix<Element>, _ options: QuantizationOptions = QuantizationOptions(),
    on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Element> {
    let type = try checkedType()
    return try CodeMatrix.quantize(values, as: type, options, execution).dequantized(execution)
  }

  /// The values of this matrix, in its shape, in another type. Loses what the other type cannot represent; of the same
  /// type, without options, it is the same matrix.
  ///
  /// `options` name the rule that chooses parameters, and how values are rounded.
  ///
  /// - Throws: ``QuantizationError``: a range too wide for the other type's scale.
  public func requantized<OtherStorage, OtherLayout: RowMajorLayout>(
    _: AffineQuantized<OtherStorage, OtherLayout>.Type,
    _ options: QuantizationOptions = QuantizationOptions(), on execution: Execution = .standard
  ) throws(QuantizationError) -> AffineQuantized<OtherStorage, OtherLayout> {
    let type = try AffineQuantized<OtherStorage, OtherLayout>.checkedType()
    if type == Self.type, options == QuantizationOptions() {
      return AffineQuantized<OtherStorage, OtherLayout>(trusted: core.rowMajor())
    }
    let values = core.dequantized(as: Float.self, execution)
    return AffineQuantized<OtherStorage, OtherLayout>(
      trusted: try .quantize(values, as: type, options, execution))
  }
}
