extension OutlierColumns {
  /// `X · Wᵀ` with these columns in float and the rest as `rest` has it.
  ///
  /// - Parameters:
  ///   - input: `m × k` activations.
  ///   - execution: Threads; the result does not depend on them.
  ///   - rest: The product of the input with these columns zeroed.
  ///   - weights: These columns of the weight as floats; asked for if there are any.
  /// - Returns: `m × n` values.
  /// - Throws: ``QuantizationError``: what the closures throw, and columns that the input has not.
  package func linear(
    _ input: Matrix<Float>, on execution: Execution,
    rest: (Matrix<Float>) throws(QuantizationError) -> Matrix<Float>,
    weights: () throws(QuantizationError) -> Matrix<Float>
  ) throws(QuantizationError) -> Matrix<Float> {
    do {
      var output = try rest(try zeroed(in: input, on: execution))
      guard !columns.isEmpty else { return output }
      let exact = try AffineQuant.linear(
        try gathered(from: input, on: execution), try weights(), on: execution)
      Elementwise.accumulate(&output, exact, on: execution)
      return output
    } catch let error as ShapeError {
      throw .shape(error)
    } catch let error as QuantizationError {
      throw error
    } catch {
      preconditionFailure("an error of another kind: \(error)")
    }
  }
}
