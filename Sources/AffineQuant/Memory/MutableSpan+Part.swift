extension MutableSpan where Element: ~Copyable {
  /// A range of the memory, to write.
  @_lifetime(&self)
  package mutating func part(_ range: Range<Int>) -> MutableSpan<Element> {
    _mutatingExtracting(range)
  }
}

extension MutableSpan where Element: BitwiseCopyable {
  /// Copies as many elements as there are here; the source has no fewer.
  package mutating func copy(_ source: borrowing Span<Element>) {
    precondition(source.count >= count, "\(source.count) elements for \(count)")
    unsafe withUnsafeMutableBufferPointer { target in
      unsafe source.withUnsafeBufferPointer { source in
        guard let to = target.baseAddress, let from = source.baseAddress else { return }
        unsafe to.update(from: from, count: target.count)
      }
    }
  }
}
