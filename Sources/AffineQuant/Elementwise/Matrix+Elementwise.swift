extension Matrix where Element == Float {
  /// The sum of two matrices of one shape, element by element.
  ///
  /// `other` has as many rows and columns; the result does not depend on `execution`.
  ///
  /// - Throws: ``ShapeError/mismatchedExtent(axis:lhs:rhs:)``.
  public func adding(
    _ other: Matrix, on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix {
    try shape.requireEqual(other.shape)
    return Elementwise.add(self, other, on: execution)
  }

  /// The product of two matrices of one shape, element by element.
  ///
  /// `other` has as many rows and columns; the result does not depend on `execution`.
  ///
  /// - Throws: ``ShapeError/mismatchedExtent(axis:lhs:rhs:)``.
  public func multiplying(
    _ other: Matrix, on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix {
    try shape.requireEqual(other.shape)
    return Elementwise.multiply(self, other, on: execution)
  }

  /// Every element times a factor.
  ///
  /// The result has as many rows and columns, does not depend on `execution`, and is rounded once.
  public func scaled(by factor: Float, on execution: Execution = .standard) -> Matrix {
    Elementwise.scale(self, by: factor, on: execution)
  }

  /// A function of each element, with the bits of a product that ends with it (``ProductEnd``).
  ///
  /// The result has as many rows and columns, and does not depend on `execution`.
  public func activated(
    _ activation: Activation, on execution: Execution = .standard
  ) -> Matrix {
    Elementwise.activate(self, activation, on: execution)
  }
}

extension Matrix {
  /// A function of each element, in a matrix of the same shape. The function is compiled into the loop of whoever
  /// calls this, which runs on the caller's thread alone: the function need not be one that others may call.
  @inlinable
  public func map<Other: FloatElement>(_ transform: (Element) -> Other) -> Matrix<Other> {
    let source = values.span
    let mapped = Buffer<Other>(count: source.count, zeroed: false) {
      (memory: inout MutableSpan<Other>) in
      for index in source.indices { memory[index] = transform(source[index]) }
    }
    guard let matrix = try? Matrix<Other>(shape, mapped) else {
      preconditionFailure("\(mapped.count) values for \(shape)")
    }
    return matrix
  }
}
