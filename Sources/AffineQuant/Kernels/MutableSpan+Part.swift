extension MutableSpan where Element: ~Copyable {
  /// A range of the memory, to write.
  @_lifetime(&self)
  mutating func part(_ range: Range<Int>) -> MutableSpan<Element> { _mutatingExtracting(range) }
}
