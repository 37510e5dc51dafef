extension Matrix {
  /// The same values, in the same shape, in another element type, rounded to nearest even.
  ///
  /// The result does not depend on `execution`. Types from outside of the library convert one value after another, on
  /// the thread of the caller.
  public func converted<Other: FloatElement>(
    to _: Other.Type = Other.self, on execution: Execution = .standard
  ) -> Matrix<Other> {
    if let same = self as? Matrix<Other> { return same }
    let floats = self as? Matrix<Float> ?? widened(execution)
    if let same = floats as? Matrix<Other> { return same }
    return floats.rounded(execution)
  }

  /// The same values as floats.
  private func widened(_ execution: Execution) -> Matrix<Float> {
    let kernel = HalfConversion(of: Element.self, execution)?.widen
    let floats = Buffer<Float>(count: values.count, zeroed: false) { output in
      guard let kernel else {
        output.withRange(0..<values.count) { Element.widen(values.span, into: &$0) }
        return
      }
      // Ranges do not overlap.
      ElementKernels.eachRange(values.count, execution) { range in
        output.withRange(range) {
          unsafe kernel.widen(values.pointer + range.lowerBound, into: &$0)
        }
      }
    }
    withExtendedLifetime(values) {}
    return Matrix<Float>(validated: shape, floats)
  }
}

extension Matrix<Float> {
  /// The same values of fewer bits.
  fileprivate func rounded<Other: FloatElement>(_ execution: Execution) -> Matrix<Other> {
    let kernel = HalfConversion(of: Other.self, execution)?.round
    let rounded = Buffer<Other>(count: values.count, zeroed: false) { output in
      guard let kernel else {
        output.withRange(0..<values.count) { Other.round(values.span, into: &$0) }
        return
      }
      // Ranges do not overlap.
      ElementKernels.eachRange(values.count, execution) { range in
        output.withRange(range) { kernel.round(values.span.extracting(range), into: &$0) }
      }
    }
    return Matrix<Other>(validated: shape, rounded)
  }
}
