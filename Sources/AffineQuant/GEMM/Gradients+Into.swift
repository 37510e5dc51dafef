/// `G · W` for a float gradient and a quantized weight, in memory that is there already: nothing is
/// allocated once a first call of its size has run.
///
/// - Parameters:
///   - gradient: `m × n`, of the layer's output.
///   - weight: `n × k`; any granularity and mapping will do.
///   - result: `m × k`; copied first if another value shares its memory.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Throws: ``ShapeError``: extents that do not fit; the result is unchanged then.
/// - Complexity: O(m·n·k)
public func inputGradient<Element: FloatElement, Storage: CodeStorage, Layout: RowMajorLayout>(
  _ gradient: Matrix<Element>, _ weight: AffineQuantized<Storage, Layout>,
  into result: inout Matrix<Element>, on execution: Execution = .standard
) throws(ShapeError) {
  try ProductCall(
    .inputGradient, ErasedOperand(gradient), .quantized(weight.core), on: execution
  ).write(into: &result)
}

/// `G · W` for two quantized matrices, in memory that is there already, rounded to its element type.
///
/// Both are packed at every call, in memory that calls share: nothing is allocated once a first call of its size has
/// run.
///
/// - Parameters:
///   - gradient: `m × n`, with scales that are constant along slices of a row.
///   - weight: `n × k`, with scales that are constant along slices of a column.
///   - result: `m × k`; copied first if another value shares its memory.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Throws: ``ShapeError``: extents that do not fit; the result is unchanged then.
/// - Complexity: O(m·n·k)
public func inputGradient<
  GradientStorage, GradientLayout: RowMajorLayout, Storage, Layout: RowMajorLayout,
  Element: FloatElement
>(
  _ gradient: AffineQuantized<GradientStorage, GradientLayout>,
  _ weight: AffineQuantized<Storage, Layout>, into result: inout Matrix<Element>,
  on execution: Execution = .standard
) throws(ShapeError)
where GradientLayout.Scaling: RowSliced, Layout.Scaling: ColumnSliced {
  try ProductCall(
    .inputGradient, .quantized(gradient.core), .quantized(weight.core), on: execution
  ).write(into: &result)
}

/// `G · W` for float matrices, in memory that is there already: nothing is allocated once a first call of its size has
/// run.
///
/// - Parameters:
///   - gradient: `m × n`.
///   - weight: `n × k`.
///   - result: `m × k`; copied first if another value shares its memory.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Throws: ``ShapeError``: extents that do not fit; the result is unchanged then.
/// - Complexity: O(m·n·k)
public func inputGradient<Element: FloatElement>(
  _ gradient: Matrix<Element>, _ weight: Matrix<Element>, into result: inout Matrix<Element>,
  on execution: Execution = .standard
) throws(ShapeError) {
  try ProductCall(
    .inputGradient, ErasedOperand(gradient), ErasedOperand(weight), on: execution
  ).write(into: &result)
}

/// `Gᵀ · X` for a float gradient and quantized inputs, in memory that is there already: nothing is
/// allocated once a first call of its size has run.
///
/// - Parameters:
///   - gradient: `m × n`, of the layer's output.
///   - input: `m × k`, as it was saved for the backward pass; any granularity will do.
///   - result: `n × k`; copied first if another value shares its memory.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Throws: ``ShapeError``: extents that do not fit; the result is unchanged then.
/// - Complexity: O(m·n·k)
public func weightGradient<Element: FloatElement, Storage: CodeStorage, Layout: RowMajorLayout>(
  _ gradient: Matrix<Element>, _ input: AffineQuantized<Storage, Layout>,
  into result: inout Matrix<Element>, on execution: Execution = .standard
) throws(ShapeError) {
  try ProductCall(
    .weightGradient, ErasedOperand(gradient), .quantized(input.core), on: execution
  ).write(into: &result)
}

/// `Gᵀ · X` for two quantized matrices, in memory that is there already, rounded to its element type.
///
/// Both are packed at every call, in memory that calls share: nothing is allocated once a first call of its size has
/// run.
///
/// - Parameters:
///   - gradient: `m × n`, with scales that are constant along slices of a column.
///   - input: `m × k`, likewise.
///   - result: `n × k`; copied first if another value shares its memory.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Throws: ``ShapeError``: extents that do not fit; the result is unchanged then.
/// - Complexity: O(m·n·k)
public func weightGradient<
  GradientStorage, GradientLayout: RowMajorLayout, Storage, Layout: RowMajorLayout,
  Element: FloatElement
>(
  _ gradient: AffineQuantized<GradientStorage, GradientLayout>,
  _ input: AffineQuantized<Storage, Layout>, into result: inout Matrix<Element>,
  on execution: Execution = .standard
) throws(ShapeError)
where GradientLayout.Scaling: ColumnSliced, Layout.Scaling: ColumnSliced {
  try ProductCall(
    .weightGradient, .quantized(gradient.core), .quantized(input.core), on: execution
  ).write(into: &result)
}

/// `Gᵀ · X` for float matrices, in memory that is there already: nothing is allocated once a first call of its size has
/// run.
///
/// - Parameters:
///   - gradient: `m × n`.
///   - input: `m × k`.
///   - result: `n × k`; copied first if another value shares its memory.
///   - execution: Threads and instruction sets; the result depends on neither.
/// - Throws: ``ShapeError``: extents that do not fit; the result is unchanged then.
/// - Complexity: O(m·n·k)
public func weightGradient<Element: FloatElement>(
  _ gradient: Matrix<Element>, _ input: Matrix<Element>, into result: inout Matrix<Element>,
  on execution: Execution = .standard
) throws(ShapeError) {
  try ProductCall(
    .weightGradient, ErasedOperand(gradient), ErasedOperand(input), on: execution
  ).write(into: &result)
}
