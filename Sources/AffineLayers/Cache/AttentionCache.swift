package import AffineQuant
/// The keys and values of one layer of attention, for the tokens so far.
///
/// A value: a copy shares memory until one of both grows. Memory grows by pages of 32 tokens.
package struct AttentionCache: Sendable {
  /// The tokens that are held.
  package private(set) var count = 0
  let page: CachePage
  private(set) var pages: [Buffer<UInt8>] = []

  /// - Parameters:
  ///   - heads: Heads of keys and of values.
  ///   - size: Columns of a head.
  ///   - format: How numbers are kept.
  package init(heads: Int, size: Int, format: CacheFormat) {
    precondition(heads > 0 && size > 0, "\(heads) heads of \(size)")
    page = CachePage(format: format, heads: heads, size: size)
  }

  /// The bytes of all pages.
  package var byteCount: Int { pages.count * page.byteCount }

  /// The bytes that `tokens` tokens take.
  package func byteCount(tokens: Int) -> Int {
    (tokens + CachePage.tokens - 1) / CachePage.tokens * page.byteCount
  }

  /// Forgets all tokens but the first.
  package mutating func truncate(to count: Int) {
    precondition((0...self.count).contains(count), "\(count) of \(self.count) tokens")
    self.count = count
    pages.removeLast(pages.count - (count + CachePage.tokens - 1) / CachePage.tokens)
  }

  /// Appends the keys and values of some tokens, one a row, each in some columns of a matrix, head after
  /// head; those of some rows, or of all.
  package mutating func append(
    keys: Matrix<Float>, column keyColumn: Int, values: Matrix<Float>, column valueColumn: Int,
    rows: Range<Int>? = nil, on execution: Execution
  ) {
    let width = page.heads * page.size
    let rows = rows ?? 0..<keys.shape.rows
    precondition(keys.shape.rows == values.shape.rows, "\(keys) and \(values)")
    precondition(rows.lowerBound >= 0 && rows.upperBound <= keys.shape.rows, "\(rows) of \(keys)")
    precondition(keyColumn >= 0 && keyColumn + width <= keys.shape.columns, "\(keys)")
    precondition(valueColumn >= 0 && valueColumn + width <= values.shape.columns, "\(values)")
    let writer = CacheWriter(page, execution)
    for row in rows {
      let (index, token) = (count / CachePage.tokens, count % CachePage.tokens)
      if index == pages.count { pages.append(Buffer(count: page.byteCount) { _ in }) }
      pages[index].change { memory in
        unsafe writer.write(
          token, keys: keys.values.pointer + row * keys.shape.columns + keyColumn,
          values: values.values.pointer + row * values.shape.columns + valueColumn, into: memory)
      }
      count += 1
    }
    withExtendedLifetime((keys, values)) {}
  }
}
