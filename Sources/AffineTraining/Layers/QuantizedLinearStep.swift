public import AffineQuant

/// One linear layer's three products on int8, with a float32 master weight.
///
/// Each product quantizes both operands along the axis that it contracts, so that scales vary over
/// free axes only: rows for the left and the right operand of `X · Wᵀ`, columns where the product
/// runs over rows. This is the scheme of torchao's int8 mixed-precision training.
public struct QuantizedLinearStep: Sendable {
  private typealias Rows = AffineQuantized<Int8, RowMajor<PerRow, Symmetric>>
  private typealias Columns = AffineQuantized<Int8, RowMajor<PerColumn, Symmetric>>

  /// How values between two codes become one of them.
  public var rounding: Rounding
  /// Threads and instruction sets; results depend on neither.
  public var execution: Execution

  /// Takes how to round and how to run.
  public init(rounding: Rounding = .nearestEven, execution: Execution = .standard) {
    self.rounding = rounding
    self.execution = execution
  }

  /// `X · Wᵀ`: `m × k` inputs and an `n × k` weight give `m × n`.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: values that are not finite, extents that do not agree.
  public func forward(
    _ input: Matrix<Float>, _ weight: Matrix<Float>
  ) throws(QuantizationError) -> Matrix<Float> {
    let x = try Rows(quantizing: input, rounding: rounding, on: execution)
    let w = try Rows(quantizing: weight, rounding: rounding, on: execution)
    do { return try linear(x, w, on: execution) } catch { throw .shape(error) }
  }

  /// `G · W`: the `m × k` gradient of the input.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: values that are not finite, extents that do not agree.
  public func inputGradient(
    _ gradient: Matrix<Float>, _ weight: Matrix<Float>
  ) throws(QuantizationError) -> Matrix<Float> {
    let g = try Rows(quantizing: gradient, rounding: rounding, on: execution)
    let w = try Columns(quantizing: weight, rounding: rounding, on: execution)
    do { return try AffineQuant.inputGradient(g, w, on: execution) } catch { throw .shape(error) }
  }

  /// `Gᵀ · X`: the `n × k` gradient of the weight.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: values that are not finite, extents that do not agree.
  public func weightGradient(
    _ gradient: Matrix<Float>, _ input: Matrix<Float>
  ) throws(QuantizationError) -> Matrix<Float> {
    let g = try Columns(quantizing: gradient, rounding: rounding, on: execution)
    let x = try Columns(quantizing: input, rounding: rounding, on: execution)
    do { return try AffineQuant.weightGradient(g, x, on: execution) } catch { throw .shape(error) }
  }
}
