/// Merges the characters of a text into tokens, as SentencePiece's byte pair encoding does.
///
/// The best pair comes from a heap and neighbours from a chain, so a text of n characters takes
/// O(n log n) steps.
struct PieceMerger {
  /// What two neighbours become, and how early.
  enum Rule: Sendable {
    /// The token of their text, if there is one; ranks by token.
    case texts(ranks: [UInt32])
    /// What merges of two tokens say.
    case pairs(MergeTable)
  }

  private let text: [UInt8]
  private let table: ByteStringTable
  private let rule: Rule
  /// Of each symbol, where it begins and ends, its token or -1, and its neighbours.
  private var starts, ends: [Int]
  private var tokens: [Int32]
  private var next, previous: [Int]
  private var heap = MinimumHeap()

  private static let positionBits: UInt64 = 40
  private static let gone: Int32 = -2

  init(_ text: [UInt8], _ table: ByteStringTable, _ rule: Rule) {
    self.text = text
    self.table = table
    self.rule = rule
    (starts, ends, tokens, next, previous) = ([], [], [], [], [])
    var start = 0
    while start < text.count {
      var end = start + 1
      while end < text.count, text[end] & 0xc0 == 0x80 { end += 1 }
      starts.append(start)
      ends.append(end)
      tokens.append(Int32(table.find(text, start..<end) ?? -1))
      next.append(starts.count)
      previous.append(starts.count - 2)
      start = end
    }
  }

  /// Calls `body` with the token of each part, or -1, and the bytes that it is of.
  mutating func forEach(_ body: (_ token: Int, _ range: Range<Int>) -> Void) {
    for symbol in tokens.indices.dropLast() { push(symbol) }
    while let best = heap.pop() {
      merge(Int(best & (1 << Self.positionBits - 1)), rank: UInt32(best >> Self.positionBits))
    }
    var symbol = 0
    while symbol < tokens.count {
      body(Int(tokens[symbol]), starts[symbol]..<ends[symbol])
      symbol = next[symbol]
    }
  }

  private func merged(_ symbol: Int) -> (rank: UInt32, token: Int32)? {
    let right = next[symbol]
    switch rule {
    case .pairs(let merges):
      return merges.find(tokens[symbol], tokens[right]).map { ($0.rank, $0.token) }
    case .texts(let ranks):
      return table.find(text, starts[symbol]..<ends[right]).map { (ranks[$0], Int32($0)) }
    }
  }

  private mutating func push(_ symbol: Int) {
    guard let merged = merged(symbol) else { return }
    heap.push(UInt64(merged.rank) << Self.positionBits | UInt64(symbol))
  }

  private mutating func merge(_ symbol: Int, rank: UInt32) {
    let right = next[symbol]
    // An entry of the heap is stale when one of its symbols has been merged since.
    guard right < tokens.count, tokens[symbol] != Self.gone, let merged = merged(symbol),
      merged.rank == rank
    else { return }
    tokens[symbol] = merged.token
    ends[symbol] = ends[right]
    tokens[right] = Self.gone
    next[symbol] = next[right]
    if next[right] < tokens.count {
      previous[next[right]] = symbol
      push(symbol)
    }
    if previous[symbol] >= 0 { push(previous[symbol]) }
  }
}
