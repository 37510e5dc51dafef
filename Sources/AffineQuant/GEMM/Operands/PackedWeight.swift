/// A weight of any type, packed once in the order that products with its inputs read.
///
/// What models keep: the type is known only when a file is read, and codes lie as a CPU wants them.
public struct PackedWeight: Sendable {
  /// One object, so that a copy counts one reference.
  private final class Contents: Sendable {
    let inputs: QuantizedType?
    let core: CodeMatrix
    /// How inputs that are quantized on their way meet it; `nil`: they stay floats.
    let plans: QuantizingPlans?

    init(_ core: CodeMatrix, _ inputs: QuantizedType?) {
      self.inputs = inputs
      self.core = core
      plans = inputs == nil ? nil : QuantizingPlans()
    }

    /// How so many rows meet the weight; nothing is copied where it is known.
    func plan(_ rows: Shape, _ execution: Execution) -> QuantizingPlan? {
      guard let inputs, let plans else { return nil }
      return plans.plan(rows, inputs, core, execution)
    }
  }

  private let contents: Contents

  /// How inputs are quantized before they are multiplied; `nil`: they stay floats.
  public var inputs: QuantizedType? { contents.inputs }
  package var core: CodeMatrix { contents.core }
  private var plans: QuantizingPlans? { contents.plans }

  /// Packs a matrix of `outputs × inputs`.
  ///
  /// - Parameters:
  ///   - matrix: Any quantized matrix; one that has no kernels for its codes stays as it is, and is
  ///     multiplied as floats.
  ///   - inputs: What its inputs are quantized to on every call, if anything.
  ///   - execution: Threads and instruction sets.
  public init(
    _ matrix: some QuantizedMatrix, inputs: QuantizedType? = nil,
    on execution: Execution = .standard
  ) {
    let core = matrix.contents.core
    self.init(
      packed: core.type.liesInPanels ? core.tiled(execution) : core.rowMajor(), inputs: inputs)
  }

  /// Takes codes that lie as products read them.
  init(packed core: CodeMatrix, inputs: QuantizedType?) {
    contents = Contents(core, inputs)
  }

  /// One weight above another of the same types, or `nil` where a block would need two scales.
  package init?(_ upper: PackedWeight, above lower: PackedWeight) {
    guard upper.inputs == lower.inputs, upper.quantizedType == lower.quantizedType,
      let both = try? upper.core.rowMajor().joined(above: lower.core.rowMajor())
    else { return nil }
    self.init(AnyQuantized(both), inputs: upper.inputs)
  }

  /// Outputs and inputs.
  public var shape: Shape { contents.core.shape }
  /// The type of the weight.
  public var quantizedType: QuantizedType { core.type }
  /// The same numbers row by row; exact.
  public var unpacked: AnyQuantized { AnyQuantized(core.rowMajor()) }

  /// `X · Wᵀ`, with `X` quantized first, by the rule of its type, where ``inputs`` says so.
  ///
  /// Floats are quantized on their way into the product, values of 16 bits before it.
  ///
  /// - Parameters:
  ///   - input: `m × k`; the weight is `n × k`.
  ///   - end: What is done to each sum before it is written: a bias of `n` numbers, a function.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: `m × n` values, accumulated in `Float` and rounded once.
  /// - Throws: ``QuantizationError``: another depth, or inputs that are not finite.
  public func linear<Element: FloatElement>(
    _ input: Matrix<Element>, end: ProductEnd = .none, on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Element> {
    if let inputs, let floats = input as? Matrix<Float> {
      return try Product.quantizing(floats, as: inputs, core, end: end, plans, on: execution)
        .converted(on: execution)
    }
    let call = try call(input, end, execution)
    do { return try call.result() } catch { throw .shape(error) }
  }

  /// The product with inputs as they are, or quantized before it.
  private func call<Element: FloatElement>(
    _ input: Matrix<Element>, _ end: ProductEnd, _ execution: Execution
  ) throws(QuantizationError) -> ProductCall {
    try Product.check(input.shape, shape, end)
    let operand =
      if let inputs {
        ErasedOperand.quantized(
          try .quantize(input, as: inputs, QuantizationOptions(), execution))
      } else { ErasedOperand(input) }
    return ProductCall(.linear, operand, .quantized(core), end: end, on: execution)
  }

  /// `X · Wᵀ` for an input that is quantized already, as with static scales.
  ///
  /// - Parameters:
  ///   - input: `m × k`, of any type; the weight is `n × k`.
  ///   - end: What is done to each sum before it is written: a bias of `n` numbers, a function.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: `m × n` values.
  /// - Throws: ``QuantizationError``: another depth.
  public func linear(
    _ input: AnyQuantized, end: ProductEnd = .none, on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Float> {
    do {
      return try ProductCall(
        .linear, .quantized(input.core), .quantized(core), end: end, on: execution
      )
      .result()
    } catch { throw .shape(error) }
  }
}

extension PackedWeight {
  /// ``linear(_:end:on:)-(Matrix<Element>,_,_)`` in memory that is there already.
  ///
  /// - Parameters:
  ///   - input: `m × k`; the weight is `n × k`.
  ///   - result: `m × n`; what it held before is not read.
  ///   - end: What is done to each sum before it is written: a bias of `n` numbers, a function.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``QuantizationError``: extents that do not fit, or inputs that are not finite; of the latter
  ///   the result has some values then.
  public func linear<Element: FloatElement>(
    _ input: Matrix<Element>, into result: inout Matrix<Element>, end: ProductEnd = .none,
    on execution: Execution = .standard
  ) throws(QuantizationError) {
    let expected = Shape(input.shape.rows, shape.rows)
    guard result.shape == expected else {
      throw .shape(.mismatchedResult(expected: expected, found: result.shape))
    }
    guard let inputs, let floats = input as? Matrix<Float> else {
      let call = try call(input, end, execution)
      do { return try call.write(into: &result) } catch { throw .shape(error) }
    }
    var failure: QuantizationError?
    result.values.change { memory in
      guard let memory = memory as? DisjointMemory<Float> else {
        preconditionFailure("floats that are none")
      }
      do throws(QuantizationError) {
        try Product.quantizing(floats, as: inputs, core, end, plans, into: memory, execution)
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// ``linear(_:end:on:)-(Matrix<Element>,_,_)`` of rows that are made inside of the product's region, in rows
  /// that lie `stride` apart.
  ///
  /// - Returns: Whether there is such a product: where there is not, no row has been made.
  /// - Throws: ``QuantizationError``: another depth, or inputs that are not finite.
  package func linear(
    _ rows: LHSRows, into memory: DisjointMemory<Float>, stride: Int, end: ProductEnd = .none,
    on execution: Execution
  ) throws(QuantizationError) -> Bool {
    let columns = contents.core.shape.rows
    try Product.check(rows.shape, contents.core.shape, end)
    guard rows.shape.rows > 0, columns > 0, let plan = contents.plan(rows.shape, execution),
      plan.rule == nil
    else { return false }
    precondition(
      stride >= columns && (rows.shape.rows - 1) * stride + columns <= memory.count,
      "\(rows.shape.rows) rows of \(columns), \(stride) apart, in \(memory.count)")
    return try Product.run(
      rows, columns, end, plan, into: memory, stride: stride, execution)
  }
}
