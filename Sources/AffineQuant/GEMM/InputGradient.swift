/// `G · W`: the gradient of a linear layer's input, for a float gradient and a quantized weight.
///
/// - Parameters:
///   - gradient: `m × n`, of the layer's output.
///   - weight: `n × k`; any granularity and mapping will do.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Returns: `m × k` values, accumulated in `Float` in ascending order of `n`.
/// - Throws: ``ShapeError/mismatchedDepth(lhs:rhs:)``.
/// - Complexity: O(m·n·k)
public func inputGradient<Element: FloatElement, Storage: CodeStorage, Layout: RowMajorLayout>(
  _ gradient: Matrix<Element>, _ weight: AffineQuantized<Storage, Layout>,
  on execution: Execution = .standard
) throws(ShapeError) -> Matrix<Element> {
  try ProductCall(
    .inputGradient, ErasedOperand(gradient), .quantized(weight.core), on: execution
  ).result()
}

/// `G · W` for two quantized matrices, with exact sums inside every slice of constant scale.
///
/// The weight's rows are contracted, so its scales must be constant along slices of a column; a
/// weight with one scale a row is requantized first, or its scales are folded into the gradient.
///
/// - Parameters:
///   - gradient: `m × n`, with scales that are constant along slices of a row.
///   - weight: `n × k`, with scales that are constant along slices of a column.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Returns: `m × k` values.
/// - Throws: ``ShapeError/mismatchedDepth(lhs:rhs:)``.
/// - Complexity: O(m·n·k)
public func inputGradient<
  GradientStorage, GradientLayout: RowMajorLayout, Storage, Layout: RowMajorLayout
>(
  _ gradient: AffineQuantized<GradientStorage, GradientLayout>,
  _ weight: AffineQuantized<Storage, Layout>, on execution: Execution = .standard
) throws(ShapeError) -> Matrix<Float>
where GradientLayout.Scaling: RowSliced, Layout.Scaling: ColumnSliced {
  try ProductCall(
    .inputGradient, .quantized(gradient.core), .quantized(weight.core), on: execution
  ).result()
}

/// `G · W` for float matrices.
///
/// - Parameters:
///   - gradient: `m × n`.
///   - weight: `n × k`.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Returns: `m × k` values, accumulated in `Float` in ascending order of `n`.
/// - Throws: ``ShapeError/mismatchedDepth(lhs:rhs:)``.
/// - Complexity: O(m·n·k)
public func inputGradient<Element: FloatElement>(
  _ gradient: Matrix<Element>, _ weight: Matrix<Element>, on execution: Execution = .standard
) throws(ShapeError) -> Matrix<Element> {
  try ProductCall(
    .inputGradient, ErasedOperand(gradient), ErasedOperand(weight), on: execution
  ).result()
}
