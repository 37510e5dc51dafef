/// Merges the bytes of a word into tokens; its memory serves word after word.
///
/// The best pair comes from a heap and neighbours from a chain, so a word of n bytes takes
/// O(n log n) steps: a text without a space is no slower than another.
struct PairMerger {
  private var symbols: [Int32] = []
  private var next: [Int] = []
  private var previous: [Int] = []
  /// A rank above 40 bits of a position: the lowest rank first, then the leftmost.
  private var heap = MinimumHeap()

  private static let positionBits: UInt64 = 40

  /// Appends the tokens of a word; bytes without a token (-1) add none.
  mutating func append(
    _ text: [UInt8], _ range: Range<Int>, bytes: [Int32], merges: MergeTable, to tokens: inout [Int]
  ) {
    symbols.removeAll(keepingCapacity: true)
    next.removeAll(keepingCapacity: true)
    previous.removeAll(keepingCapacity: true)
    for index in range {
      symbols.append(bytes[Int(text[index])])
      next.append(symbols.count)
      previous.append(symbols.count - 2)
    }
    for position in symbols.indices.dropLast() { push(position, merges) }
    while let (rank, position) = pop() { merge(position, rank: rank, merges) }
    var position = 0
    while position < symbols.count {
      if symbols[position] >= 0 { tokens.append(Int(symbols[position])) }
      position = next[position]
    }
  }

  private mutating func merge(_ position: Int, rank: UInt32, _ merges: MergeTable) {
    let right = next[position]
    // An entry of the heap is stale when one of its tokens has been merged since.
    guard right < symbols.count, symbols[position] != Self.gone,
      let merge = merges.find(symbols[position], symbols[right]), merge.rank == rank
    else { return }
    symbols[position] = merge.token
    symbols[right] = Self.gone
    next[position] = next[right]
    if next[right] < symbols.count {
      previous[next[right]] = position
      push(position, merges)
    }
    if previous[position] >= 0 { push(previous[position], merges) }
  }

  /// Not -1, which is a byte without a token and stays in the chain.
  private static let gone: Int32 = -2

  private mutating func push(_ position: Int, _ merges: MergeTable) {
    guard let merge = merges.find(symbols[position], symbols[next[position]]) else { return }
    heap.push(UInt64(merge.rank) << Self.positionBits | UInt64(position))
  }

  private mutating func pop() -> (rank: UInt32, position: Int)? {
    guard let best = heap.pop() else { return nil }
    let position = best & (1 << Self.positionBits - 1)
    return (UInt32(best >> Self.positionBits), Int(position))
  }
}
