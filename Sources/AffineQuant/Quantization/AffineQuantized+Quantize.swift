// Three ways to a quantized matrix, one for each kind of mapping that the compiler tells apart.

extension AffineQuantized
where
  Storage: SymmetricStorage, Layout: RowMajorLayout, Layout.Mapping.Method == SymmetricMethod
{
  /// Quantizes values: chooses a scale for each block, then codes.
  ///
  /// - Parameters:
  ///   - values: Any shape; 16-bit values are widened first, but for methods of torchao, which
  ///     compute in their type.
  ///   - method: How a block's values become its scale; by default ``ParameterRule/balanced``, of 7 bits
  ///     and fewer ``ParameterRule/extreme``, of ternary codes ``ParameterRule/meanMagnitude``.
  ///   - epsilon: The smallest scale.
  ///   - rounding: How a value between two codes becomes one of them.
  ///   - codes: The codes to use; by default all.
  ///   - execution: Threads and instruction sets; the result does not depend on them.
  /// - Throws: ``QuantizationError``: a value that is not finite and where; a range too wide for the
  ///   scale; codes that the storage does not hold.
  /// - Complexity: O(rows · columns): the values are read twice.
  public init<Element: FloatElement>(
    quantizing values: Matrix<Element>, method: SymmetricMethod? = nil,
    epsilon: EpsilonPolicy = .standard, rounding: Rounding = .nearestEven,
    codes: ClosedRange<Int>? = nil, on execution: Execution = .standard
  ) throws(QuantizationError) {
    let options = QuantizationOptions(
      rule: method?.rule, epsilon: epsilon, rounding: rounding, codes: codes)
    self.init(trusted: try .quantize(values, as: try Self.checkedType(), options, execution))
  }
}

extension AffineQuantized
where Storage: IntegerStorage, Layout: RowMajorLayout, Layout.Mapping: IntegerMapping {
  /// Quantizes values: chooses a scale and a zero point or bias for each block, then codes.
  ///
  /// - Parameters:
  ///   - values: Any shape; 16-bit values are widened first, but for methods of torchao, which
  ///     compute in their type.
  ///   - method: How a block's range becomes its parameters; by default ``ParameterRule/ends``.
  ///   - epsilon: The smallest scale.
  ///   - rounding: How a value between two codes becomes one of them.
  ///   - codes: The codes to use; by default all.
  ///   - execution: Threads and instruction sets; the result does not depend on them.
  /// - Throws: ``QuantizationError``: a value that is not finite and where; a range too wide for the
  ///   scale; codes that the storage does not hold.
  /// - Complexity: O(rows · columns): the values are read twice.
  public init<Element: FloatElement>(
    quantizing values: Matrix<Element>, method: Layout.Mapping.Method? = nil,
    epsilon: EpsilonPolicy = .standard, rounding: Rounding = .nearestEven,
    codes: ClosedRange<Int>? = nil, on execution: Execution = .standard
  ) throws(QuantizationError) {
    let options = QuantizationOptions(
      rule: method?.rule, epsilon: epsilon, rounding: rounding, codes: codes)
    self.init(trusted: try .quantize(values, as: try Self.checkedType(), options, execution))
  }
}

extension AffineQuantized {
  /// Quantizes values to entries of a codebook, with a scale for each block.
  ///
  /// - Parameters:
  ///   - values: Any shape; blocks at the ends may be smaller.
  ///   - rounding: How a value between two entries becomes one of them.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``QuantizationError``: a value that is not finite and where.
  /// - Complexity: O(rows · columns · log of the entries of the codebook).
  public init<
    Map: CodebookMap, Scaling: Granularity, Scale: CodebookScaleElement, Element: FloatElement
  >(
    quantizing values: Matrix<Element>, rounding: Rounding = .nearestEven,
    on execution: Execution = .standard
  ) throws(QuantizationError)
  where Storage == Map.Storage, Layout == RowMajor<Scaling, CodebookMapping<Map, Scale>> {
    let options = QuantizationOptions(rounding: rounding)
    self.init(trusted: try .quantize(values, as: try Self.checkedType(), options, execution))
  }
}
