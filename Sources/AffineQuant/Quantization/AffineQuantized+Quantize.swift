// Three ways to a quantized matrix, one for each kind of mapping that the compiler tells apart.

extension AffineQuantized
where
  Storage: SymmetricStorage, Layout: RowMajorLayout, Layout.Mapping.Method == SymmetricMethod
{
  /// Quantizes values: chooses a scale for each block, then codes.
  ///
  /// - Parameters:
  ///   - values: A float matrix; its element type is the type of the arithmetic, as in PyTorch.
  ///   - method: How a block's range becomes its scale.
  ///   - epsilon: The smallest scale.
  ///   - rounding: How a value between two codes becomes one of them.
  ///   - codes: The codes to use; by default all.
  ///   - execution: Threads and instruction sets; the result does not depend on them.
  /// - Throws: ``QuantizationError``: a value that is not finite and where; a range too wide for the
  ///   scale; codes that the storage does not hold.
  /// - Complexity: O(rows · columns): the values are read twice.
  public init<Element: FloatElement>(
    quantizing values: Matrix<Element>, method: SymmetricMethod = .absoluteMaximum,
    epsilon: EpsilonPolicy = .smallestNormal, rounding: Rounding = .nearestEven,
    codes: ClosedRange<Int>? = nil, on execution: Execution = .standard
  ) throws(QuantizationError) {
    let rule = Self.type.rule == .largest ? .largest : method.rule
    let options = QuantizationOptions(
      rule: rule, epsilon: epsilon, rounding: rounding, codes: codes)
    self.init(trusted: try .quantize(values, as: Self.type, options, execution))
  }
}

extension AffineQuantized
where Storage: IntegerStorage, Layout: RowMajorLayout, Layout.Mapping: IntegerMapping {
  /// Quantizes values: chooses a scale and a zero point or bias for each block, then codes.
  ///
  /// - Parameters:
  ///   - values: A float matrix; its element type is the type of the arithmetic, as in PyTorch.
  ///   - method: How a block's range becomes its parameters; by default torchao's `ASYMMETRIC`,
  ///     MLX's affine mode for biased unsigned codes, tinygemm for biased signed ones.
  ///   - epsilon: The smallest scale.
  ///   - rounding: How a value between two codes becomes one of them.
  ///   - codes: The codes to use; by default all.
  ///   - execution: Threads and instruction sets; the result does not depend on them.
  /// - Throws: ``QuantizationError``: a value that is not finite and where; a range too wide for the
  ///   scale; codes that the storage does not hold.
  /// - Complexity: O(rows · columns): the values are read twice.
  public init<Element: FloatElement>(
    quantizing values: Matrix<Element>, method: Layout.Mapping.Method? = nil,
    epsilon: EpsilonPolicy = .smallestNormal, rounding: Rounding = .nearestEven,
    codes: ClosedRange<Int>? = nil, on execution: Execution = .standard
  ) throws(QuantizationError) {
    let options = QuantizationOptions(
      rule: method?.rule, epsilon: epsilon, rounding: rounding, codes: codes)
    self.init(trusted: try .quantize(values, as: Self.type, options, execution))
  }
}

extension AffineQuantized {
  /// Quantizes values to entries of a codebook, with a scale for each block.
  ///
  /// - Throws: ``QuantizationError``: a value that is not finite and where.
  /// - Complexity: O(rows · columns · entries of the codebook).
  public init<Map: CodebookMap, Scaling: Granularity, Element: FloatElement>(
    quantizing values: Matrix<Element>, rounding: Rounding = .nearestEven,
    on execution: Execution = .standard
  ) throws(QuantizationError)
  where Storage == Map.Storage, Layout == RowMajor<Scaling, Codebook<Map>> {
    let options = QuantizationOptions(rounding: rounding)
    self.init(trusted: try .quantize(values, as: Self.type, options, execution))
  }
}
