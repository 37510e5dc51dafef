/// The contracted axis, cut wherever a scale of either operand changes.
struct ContractedSlices: Sendable, Hashable {
  /// The columns of each slice.
  let ranges: [Range<Int>]
  /// Pairs of codes in each slice, the last one padded.
  let pairs: [UInt32]
  /// All pairs.
  let pairCount: Int

  /// Cuts where the columns of blocks of any of the grids end. All have the same columns.
  init(_ grids: [BlockGrid]) {
    var ranges: [Range<Int>] = []
    var start = 0
    let columns = grids.first?.shape.columns ?? 0
    while start < columns {
      // The next end of a block of any of them.
      let end = grids.map { $0.columns(ofBlock: $0.blockColumn(start)).upperBound }.min() ?? columns
      ranges.append(start..<end)
      start = end
    }
    self.ranges = ranges
    pairs = ranges.map { UInt32(($0.count + 1) / 2) }
    pairCount = pairs.reduce(0) { $0 + Int($1) }
  }

  /// Whether the pairs of these slices are also pairs of coarser ones: every cut inside one of
  /// those falls between two pairs.
  func subdivide(_ coarser: ContractedSlices) -> Bool {
    var ends = coarser.ranges.makeIterator()
    var current = ends.next()
    for slice in ranges {
      while let range = current, range.upperBound <= slice.lowerBound { current = ends.next() }
      guard let range = current else { return false }
      if !(slice.lowerBound - range.lowerBound).isMultiple(of: 2) { return false }
    }
    return true
  }
}
