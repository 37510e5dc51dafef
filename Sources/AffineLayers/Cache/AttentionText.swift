internal import AffineQuant

/// A text in a region of attention: its last tokens ask.
struct AttentionText: BitwiseCopyable, Sendable {
  /// Its new tokens, whose keys and values are still to be written, by their rows among those of all texts.
  let firstRow, rowCount: Int
  /// Its tokens, the new ones among them.
  let count: Int
  /// Last tokens whose queries are asked for, and the row of the output of the first.
  let queries: Int, firstQuery: Int
  /// Where the addresses of its pages begin.
  let firstPage: Int
  /// Its first parts of both phases.
  let firstPreparation: Int, firstPart: Int
  /// Heads of queries of a part.
  let together: Int

  /// The row of the first query among the rows that queries are taken from.
  var firstQueryRow: Int { rowCount == 0 ? firstQuery : firstRow + rowCount - queries }
  /// The first new token.
  var start: Int { count - rowCount }
  /// The pages that new tokens are in.
  var newPages: Int {
    rowCount == 0 ? 0 : (count - 1) / CachePage.tokens - start / CachePage.tokens + 1
  }

  /// The rows of new tokens in one of those pages.
  func rows(ofNewPage index: Int) -> Range<Int> {
    let page = start / CachePage.tokens + index
    let first = max(page * CachePage.tokens, start)
    let end = min((page + 1) * CachePage.tokens, count)
    return firstRow + first - start..<firstRow + end - start
  }

  func token(ofRow row: Int) -> Int { start + row - firstRow }

  /// Parts of a text: heads that share keys, as rows where there is one token, else with blocks of the rows of
  /// each: what is kept as codes or halves becomes floats once for all of them, where there are parts enough for
  /// all threads.
  func parts(heads: Int, _ page: CachePage) -> Int {
    guard queries > 1 else { return queries * page.heads }
    return heads / together * Self.blocks(queries)
  }

  static func blocks(_ queries: Int) -> Int {
    (queries + AttentionHead.blockRows - 1) / AttentionHead.blockRows
  }

  /// The part of a number, the text's first being 0.
  func part(_ index: Int, heads: Int, _ page: CachePage) -> AttentionPart {
    let shared = heads / page.heads
    guard queries > 1 else {
      return AttentionPart(
        cacheHead: index, head: index * shared, heads: 1, firstQuery: 0, rows: shared,
        seen: count, sharesToken: true)
    }
    let (group, block) = index.quotientAndRemainder(dividingBy: Self.blocks(queries))
    let first = block * AttentionHead.blockRows
    let end = min(first + AttentionHead.blockRows, queries)
    return AttentionPart(
      cacheHead: group * together / shared, head: group * together, heads: together,
      firstQuery: first, rows: end - first, seen: count - queries + end, sharesToken: false)
  }
}

/// Rows of queries to one head of a cache: of tokens that follow one another, or of heads of one token.
struct AttentionPart {
  /// The head of keys and values, and the first of queries.
  let cacheHead, head: Int
  /// Heads of queries, which lie side by side.
  let heads: Int
  /// The first row among the queries of its text.
  let firstQuery: Int
  /// Rows of each head.
  let rows: Int
  /// The tokens that the last row sees.
  let seen: Int
  /// Whether all rows are of one token.
  let sharesToken: Bool

  /// The token that a row is of, which is the last that it sees.
  func token(ofRow row: Int) -> Int { seen - 1 - (sharesToken ? 0 : rows - 1 - row) }
}
