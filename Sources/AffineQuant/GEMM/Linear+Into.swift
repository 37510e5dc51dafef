/// `X · Wᵀ` for float activations and a quantized weight, in memory that is there already: nothing is
/// allocated once a first call of its size has run with a tiled weight; another one is tiled at every call.
///
/// - Parameters:
///   - input: `m × k` activations.
///   - weight: `n × k`.
///   - result: `m × n`; copied first if another value shares its memory.
///   - end: A bias and an activation.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Throws: ``ShapeError``: extents that do not fit; the result is unchanged then.
/// - Complexity: O(m·n·k)
public func linear<Element: FloatElement, Storage: CodeStorage, Layout: QuantizationLayout>(
  _ input: Matrix<Element>, _ weight: AffineQuantized<Storage, Layout>,
  into result: inout Matrix<Element>, end: ProductEnd = .none, on execution: Execution = .standard
) throws(ShapeError) {
  try ProductCall(
    .linear, ErasedOperand(input), .quantized(weight.core), end: end, on: execution
  ).write(into: &result)
}

/// `X · Wᵀ` for two quantized matrices, in memory that is there already, rounded to its element type.
///
/// - Parameters:
///   - input: `m × k`, with scales that are constant along slices of a row.
///   - weight: `n × k`, likewise.
///   - result: `m × n`; copied first if another value shares its memory.
///   - end: A bias and an activation.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Throws: ``ShapeError``: extents that do not fit; the result is unchanged then.
/// - Complexity: O(m·n·k)
public func linear<
  InputStorage, InputLayout: QuantizationLayout, Storage, Layout: QuantizationLayout,
  Element: FloatElement
>(
  _ input: AffineQuantized<InputStorage, InputLayout>, _ weight: AffineQuantized<Storage, Layout>,
  into result: inout Matrix<Element>, end: ProductEnd = .none, on execution: Execution = .standard
) throws(ShapeError)
where InputLayout.Scaling: RowSliced, Layout.Scaling: RowSliced {
  try ProductCall(
    .linear, .quantized(input.core), .quantized(weight.core), end: end, on: execution
  ).write(into: &result)
}

/// `X · Wᵀ` for float matrices, in memory that is there already: nothing is allocated once a first call of its size has
/// run.
///
/// - Parameters:
///   - input: `m × k`.
///   - weight: `n × k`.
///   - result: `m × n`; copied first if another value shares its memory.
///   - end: A bias and an activation.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Throws: ``ShapeError``: extents that do not fit; the result is unchanged then.
/// - Complexity: O(m·n·k)
public func linear<Element: FloatElement>(
  _ input: Matrix<Element>, _ weight: Matrix<Element>, into result: inout Matrix<Element>,
  end: ProductEnd = .none, on execution: Execution = .standard
) throws(ShapeError) {
  try ProductCall(
    .linear, ErasedOperand(input), ErasedOperand(weight), end: end, on: execution
  ).write(into: &result)
}
