/// How slices are padded, as loops of workers read it: addresses and numbers, which belong to the slices.
@safe
struct SlicePadding {
  private let ends: UnsafePointer<Int>
  private let groups: UnsafePointer<UInt32>
  /// K-groups of each slice in fours of codes.
  let quads: UnsafePointer<UInt32>
  let count: Int
  private let kr: Int
  /// The codes of a padded row.
  let depth: Int
  /// Whether no slice is padded.
  let isUnpadded: Bool
  /// Whether none is but the last.
  private let keepsColumns: Bool

  init(_ slices: ContractedSlices) {
    unsafe ends = slices.ends.pointer
    unsafe groups = slices.groups.pointer
    unsafe quads = slices.quads.pointer
    count = slices.ranges.count
    kr = slices.kr
    depth = slices.depth
    isUnpadded = slices.isUnpadded
    keepsColumns = slices.keepsColumns
  }

  /// Calls `body` with codes that follow each other in a padded row, and their place there.
  func forEachRun(_ contracted: Int, _ body: (_ codes: Range<Int>, _ place: Int) -> Void) {
    guard !keepsColumns else { return body(0..<contracted, 0) }
    var (start, place) = (0, 0)
    for index in 0..<count {
      unsafe body(start..<ends[index], place)
      unsafe (start, place) = (ends[index], place + Int(groups[index]) * kr)
    }
  }

  /// Copies a row, slice after slice, each padded with zeros.
  func pad<Value: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ row: borrowing Span<Value>, into padded: inout MutableSpan<Value>
  ) {
    guard !isUnpadded else {
      padded.copy(row.extracting(0..<depth))
      return
    }
    var (start, position) = (0, 0)
    for index in 0..<count {
      let (end, length) = unsafe (ends[index], Int(groups[index]) * kr)
      var slice = padded.part(position..<position + end - start)
      slice.copy(row.extracting(start..<end))
      for place in position + end - start..<position + length { padded[place] = 0 }
      (start, position) = (end, position + length)
    }
  }
}
