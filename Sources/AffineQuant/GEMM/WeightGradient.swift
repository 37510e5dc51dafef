/// `Gᵀ · X`: the gradient of a linear layer's weight, for a float gradient and quantized inputs.
///
/// - Parameters:
///   - gradient: `m × n`, of the layer's output.
///   - input: `m × k`, as it was saved for the backward pass; any granularity will do.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Returns: `n × k` values, accumulated in `Float` in ascending order of `m`.
/// - Throws: ``ShapeError/mismatchedDepth(lhs:rhs:)``.
/// - Complexity: O(m·n·k)
public func weightGradient<Element: FloatElement, Storage: CodeStorage, Layout: RowMajorLayout>(
  _ gradient: Matrix<Element>, _ input: AffineQuantized<Storage, Layout>,
  on execution: Execution = .standard
) throws(ShapeError) -> Matrix<Element> {
  try ProductCall(
    .weightGradient, ErasedOperand(gradient), .quantized(input.core), on: execution
  ).result()
}

/// `Gᵀ · X` for two quantized matrices, with exact sums inside every slice of constant scale.
///
/// Both are contracted along their rows' index, so both need scales that are constant along slices
/// of a column.
///
/// - Parameters:
///   - gradient: `m × n`.
///   - input: `m × k`.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Returns: `n × k` values.
/// - Throws: ``ShapeError/mismatchedDepth(lhs:rhs:)``.
/// - Complexity: O(m·n·k)
public func weightGradient<
  GradientStorage, GradientLayout: RowMajorLayout, Storage, Layout: RowMajorLayout
>(
  _ gradient: AffineQuantized<GradientStorage, GradientLayout>,
  _ input: AffineQuantized<Storage, Layout>, on execution: Execution = .standard
) throws(ShapeError) -> Matrix<Float>
where GradientLayout.Scaling: ColumnSliced, Layout.Scaling: ColumnSliced {
  try ProductCall(
    .weightGradient, .quantized(gradient.core), .quantized(input.core), on: execution
  ).result()
}

/// `Gᵀ · X` for float matrices.
///
/// - Parameters:
///   - gradient: `m × n`.
///   - input: `m × k`.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Returns: `n × k` values, accumulated in `Float` in ascending order of `m`.
/// - Throws: ``ShapeError/mismatchedDepth(lhs:rhs:)``.
/// - Complexity: O(m·n·k)
public func weightGradient<Element: FloatElement>(
  _ gradient: Matrix<Element>, _ input: Matrix<Element>, on execution: Execution = .standard
) throws(ShapeError) -> Matrix<Element> {
  try ProductCall(
    .weightGradient, ErasedOperand(gradient), ErasedOperand(input), on: execution
  ).result()
}
