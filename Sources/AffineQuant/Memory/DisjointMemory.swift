/// Memory that the parts of a parallel loop write, each its own ranges.
///
/// Safe as long as no two parts write one range: every use says why they do not.
@safe
package struct DisjointMemory<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  private let start: UnsafeMutablePointer<Element>
  package let count: Int

  /// Memory of `count` elements that outlives every use of this.
  package init(_ start: UnsafeMutablePointer<Element>, count: Int) {
    self.count = count
    unsafe self.start = start
  }

  package init(_ span: inout MutableSpan<Element>) {
    count = span.count
    let buffer = unsafe span.withUnsafeMutableBufferPointer { unsafe $0 }
    unsafe start = buffer.baseAddress ?? UnsafeMutablePointer(bitPattern: 64)!
  }

  /// Lends a range that no other part touches.
  @inline(__always)
  package func withRange<Result>(
    _ range: Range<Int>, _ body: (inout MutableSpan<Element>) -> Result
  ) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    var span = unsafe MutableSpan(
      _unsafeStart: start + range.lowerBound, count: range.count)
    return body(&span)
  }

  /// One element, of which a part writes its own only.
  package subscript(index: Int) -> Element {
    @inline(__always) get {
      precondition(index >= 0 && index < count)
      return unsafe start[index]
    }
    @inline(__always) nonmutating set {
      precondition(index >= 0 && index < count)
      unsafe start[index] = newValue
    }
  }

  /// A range of the memory.
  package func part(_ range: Range<Int>) -> DisjointMemory {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe DisjointMemory(start + range.lowerBound, count: range.count)
  }

  /// The memory, for kernels that write tiles of it.
  package var pointer: UnsafeMutablePointer<Element> { unsafe start }
}

extension Buffer {
  /// Allocates memory that a parallel loop fills.
  package init(count: Int, zeroed: Bool, disjoint: (DisjointMemory<Element>) -> Void) {
    self.init(count: count, zeroed: zeroed) { span in
      disjoint(DisjointMemory(&span))
    }
  }
}
