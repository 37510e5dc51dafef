internal import AffineKernels

/// The kernels between an element type of 16 bits and `Float`.
struct HalfConversion: Sendable {
  let round, widen: Kernel<Halves>

  /// - Returns: `nil` of `Float`.
  init?(_ type: ElementType, _ execution: Execution) {
    switch type {
    case .float32: return nil
    case .float16:
      round = HalfKernels.round.best(on: execution)
      widen = HalfKernels.widen.best(on: execution)
    case .bfloat16:
      round = HalfKernels.roundBrain.best(on: execution)
      widen = HalfKernels.widenBrain.best(on: execution)
    }
  }

  /// - Returns: `nil` of `Float`, and of types from outside: these may have the name of one of the library's, but
  ///   bits of their own.
  init?<Element: FloatElement>(of _: Element.Type, _ execution: Execution) {
    let kind = Kind<Element>()
    guard kind is Kind<Float16> || kind is Kind<BFloat16> else { return nil }
    self.init(Element.elementType, execution)
  }

  /// Stands for a type where types are no values, as in Embedded Swift.
  private struct Kind<Element> {}

  /// Makes floats what their halves stand for.
  func roundInPlace(_ values: inout MutableSpan<Float>) {
    // What the stack has room for.
    let most = 512
    unsafe values.withUnsafeMutableBufferPointer { floats in
      let count = floats.count
      unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: min(count, most)) { halves in
        guard let start = floats.baseAddress, let room = halves.baseAddress else { return }
        for first in stride(from: 0, to: count, by: most) {
          var arguments = unsafe Halves(
            c: aq_halves_args(count: min(most, count - first), halves: room, floats: start + first))
          round(&arguments)
          widen(&arguments)
        }
      }
    }
  }
}

extension Kernel<Halves> {
  /// Widens as many halves as there are floats.
  func widen(_ halves: UnsafeRawPointer, into floats: inout MutableSpan<Float>) {
    unsafe floats.withUnsafeMutableBufferPointer { floats in
      guard let start = floats.baseAddress else { return }
      var arguments = unsafe Halves(
        c: aq_halves_args(
          count: floats.count,
          halves: UnsafeMutablePointer(mutating: halves.assumingMemoryBound(to: UInt16.self)),
          floats: start))
      self(&arguments)
    }
  }

  /// Rounds floats to as many halves.
  func round(_ floats: borrowing Span<Float>, into halves: UnsafeMutableRawPointer) {
    unsafe floats.withUnsafeBufferPointer { floats in
      guard let start = floats.baseAddress else { return }
      var arguments = unsafe Halves(
        c: aq_halves_args(
          count: floats.count, halves: halves.assumingMemoryBound(to: UInt16.self),
          floats: UnsafeMutablePointer(mutating: start)))
      self(&arguments)
    }
  }

  /// The same to values of a type of 16 bits.
  func round<Element: FloatElement>(
    _ floats: borrowing Span<Float>, into values: inout MutableSpan<Element>
  ) {
    precondition(
      floats.count == values.count && MemoryLayout<Element>.stride == 2,
      "\(floats.count) floats to \(values.count) of \(MemoryLayout<Element>.stride) bytes")
    unsafe values.withUnsafeMutableBufferPointer { values in
      guard let start = values.baseAddress else { return }
      unsafe round(floats, into: UnsafeMutableRawPointer(start))
    }
  }
}
