/// `X · Wᵀ` for float activations and a quantized weight.
///
/// The weight's codes become values as they are read: any granularity and mapping will do. Whole-number
/// codes with scales along a row are summed a slice at a time and scaled once; a tiled weight is read as
/// it lies, another one is tiled first.
///
/// - Parameters:
///   - input: `m × k` activations.
///   - weight: `n × k`, one row an output channel.
///   - end: A bias and an activation.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Returns: `m × n` values, accumulated in `Float` in ascending order of `k` and rounded once.
/// - Throws: ``ShapeError``: depths that differ, a bias of another length.
/// - Complexity: O(m·n·k)
public func linear<Element: FloatElement, Storage: CodeStorage, Layout: QuantizationLayout>(
  _ input: Matrix<Element>, _ weight: AffineQuantized<Storage, Layout>,
  end: ProductEnd = .none, on execution: Execution = .standard
) throws(ShapeError) -> Matrix<Element> {
  try ProductCall(
    .linear, ErasedOperand(input), .quantized(weight.core), end: end,
    on: execution
  ).result()
}

/// `X · Wᵀ` for two quantized matrices.
///
/// With whole-number codes on both sides, sums are exact inside every slice of constant scale:
///
///     result[i, j] = Σₛ inputScale[i, s] · weightScale[j, s] · Σₖ∈ₛ code[i, k] · weightCode[j, k]
///
/// where a code is meant less its zero point, and biases add their own terms. Quantizing the
/// activations first makes it a dynamically quantized linear layer; with given parameters, a static
/// one:
///
///     let y = try linear(Int8Activations(quantizing: x), weight)
///
/// - Parameters:
///   - input: `m × k`, with scales that are constant along slices of a row.
///   - weight: `n × k`, likewise.
///   - end: A bias and an activation.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Returns: `m × n` values.
/// - Throws: ``ShapeError``: depths that differ, a bias of another length.
/// - Complexity: O(m·n·k)
public func linear<
  InputStorage, InputLayout: QuantizationLayout, Storage, Layout: QuantizationLayout
>(
  _ input: AffineQuantized<InputStorage, InputLayout>, _ weight: AffineQuantized<Storage, Layout>,
  end: ProductEnd = .none, on execution: Execution = .standard
) throws(ShapeError) -> Matrix<Float>
where InputLayout.Scaling: RowSliced, Layout.Scaling: RowSliced {
  try ProductCall(
    .linear, .quantized(input.core), .quantized(weight.core), end: end,
    on: execution
  ).result()
}

/// `X · Wᵀ` for float matrices: what a quantized product is compared with.
///
/// - Parameters:
///   - input: `m × k`.
///   - weight: `n × k`.
///   - end: A bias and an activation.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Returns: `m × n` values, accumulated in `Float` in ascending order of `k`.
/// - Throws: ``ShapeError``: depths that differ, a bias of another length.
/// - Complexity: O(m·n·k)
public func linear<Element: FloatElement>(
  _ input: Matrix<Element>, _ weight: Matrix<Element>, end: ProductEnd = .none,
  on execution: Execution = .standard
) throws(ShapeError) -> Matrix<Element> {
  try ProductCall(
    .linear, ErasedOperand(input), ErasedOperand(weight), end: end,
    on: execution
  ).result()
}
