/// Functions of each element of float matrices.
///
/// Results depend neither on the number of threads nor on the instruction set.
package enum Elementwise {
  /// a + b.
  package static func add(
    _ a: Matrix<Float>, _ b: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.map(ElementKernels.add, a, b, on: execution)
  }

  /// a += b, in the memory of `a` unless another value shares it.
  package static func accumulate(
    _ a: inout Matrix<Float>, _ b: Matrix<Float>, on execution: Execution
  ) {
    ElementKernels.accumulate(&a, b, execution)
  }

  /// a · b, element by element.
  static func multiply(
    _ a: Matrix<Float>, _ b: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.map(ElementKernels.multiply, a, b, on: execution)
  }

  /// A function of each element.
  static func activate(
    _ x: Matrix<Float>, _ activation: Activation, on execution: Execution
  ) -> Matrix<Float> {
    switch activation {
    case .none: x
    case .relu: ElementKernels.map(ElementKernels.relu, x, on: execution)
    case .gelu: gelu(x, on: execution)
    case .silu: silu(x, on: execution)
    }
  }

  /// a · factor.
  package static func scale(
    _ a: Matrix<Float>, by factor: Float, on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.map(ElementKernels.scale, a, factor: factor, on: execution)
  }

  /// Each column times its factor.
  package static func scaleColumns(
    _ a: Matrix<Float>, by factors: [Float], on execution: Execution
  ) -> Matrix<Float> {
    scaleColumns(a, by: Buffer(factors), on: execution)
  }

  /// The same, of factors that are kept.
  package static func scaleColumns(
    _ a: Matrix<Float>, by factors: Buffer<Float>, on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.mapRows(ElementKernels.multiply, a, factors, on: execution)
  }

  /// Each row times its factor.
  package static func scaleRows(
    _ a: Matrix<Float>, by factors: [Float], on execution: Execution
  ) -> Matrix<Float> {
    ElementKernels.mapRows(ElementKernels.scale, a, factors: factors, on: execution)
  }

  /// Adds a row, 1 x columns, to each row.
  package static func addRow(
    _ x: Matrix<Float>, _ row: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    precondition(row.shape == Shape(1, x.shape.columns), "\(row.shape) for \(x.shape)")
    return ElementKernels.mapRows(ElementKernels.add, x, row.values, on: execution)
  }
}
