/// A weight of any type, packed once in the order that products with its inputs read.
///
/// What models keep: the type is known only when a file is read, and codes lie as a CPU wants them.
public struct PackedWeight: Sendable {
  /// How inputs are quantized before they are multiplied; `nil`: they stay floats.
  public let inputs: QuantizedType?
  package let core: CodeMatrix

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
    let isTiled = core.type.isAffineInteger && core.type.block.isRowSliced
    self.inputs = inputs
    self.core = isTiled ? core.tiled(execution) : core.rowMajor()
  }

  /// One weight above another of the same types, or `nil` where a block would need two scales.
  package init?(_ upper: PackedWeight, above lower: PackedWeight) {
    guard upper.inputs == lower.inputs, upper.quantizedType == lower.quantizedType,
      let both = try? upper.core.rowMajor().joined(above: lower.core.rowMajor())
    else { return nil }
    self.init(AnyQuantized(both), inputs: upper.inputs)
  }

  /// Outputs and inputs.
  public var shape: Shape { core.shape }
  /// The type of the weight.
  public var quantizedType: QuantizedType { core.type }
  /// The same numbers row by row; exact.
  public var unpacked: AnyQuantized { AnyQuantized(core.rowMajor()) }

  /// `X · Wᵀ`, with `X` quantized first, by the rule of its type, where ``inputs`` says so.
  ///
  /// - Throws: ``QuantizationError``: another depth, or inputs that are not finite.
  public func linear(
    _ input: Matrix<Float>, on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Float> {
    guard let inputs else {
      do {
        return try ProductCall(.linear, ErasedOperand(input), .quantized(core), on: execution)
          .result()
      } catch { throw .shape(error) }
    }
    return try Product.quantizing(input, as: inputs, core, on: execution)
  }

  /// `X · Wᵀ` for an input that is quantized already, as with static scales.
  ///
  /// - Throws: ``QuantizationError``: another depth.
  public func linear(
    _ input: AnyQuantized, on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Float> {
    do {
      return try ProductCall(.linear, .quantized(input.core), .quantized(core), on: execution)
        .result()
    } catch { throw .shape(error) }
  }
}
