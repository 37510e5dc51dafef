package import AffineQuant
/// The keys and values of one layer of attention, for the tokens so far.
///
/// A value: a copy shares memory until one of both grows. Memory grows by pages of 32 tokens.
package struct AttentionCache: Sendable {
  /// The tokens that are held.
  package private(set) var count = 0
  let page: CachePage
  private(set) var pages: [Buffer<UInt8>] = []
  /// Where each page lies.
  private(set) var addresses: [UInt] = []

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
    let excess = pages.count - (count + CachePage.tokens - 1) / CachePage.tokens
    pages.removeLast(excess)
    addresses.removeLast(excess)
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
    let start = count
    makeRoom(rows.count)
    Workspace.lend { workspace in
      let writer = CacheWriter(page, threads: 1, workspace, CacheKernels(execution))
      for (index, row) in rows.enumerated() {
        let (number, token) = (start + index).quotientAndRemainder(dividingBy: CachePage.tokens)
        for head in 0..<page.heads {
          let column = row * keys.shape.columns + keyColumn + head * page.size
          let valueColumn = row * values.shape.columns + valueColumn + head * page.size
          // The page has no other owner.
          unsafe writer.write(
            token, head: head, key: keys.values.pointer + column,
            value: values.values.pointer + valueColumn,
            intoPage: UnsafeMutableRawPointer(mutating: pages[number].pointer), worker: 0)
        }
      }
    }
    withExtendedLifetime((keys, values)) {}
  }

  /// Takes more tokens, whose keys and values are still to be written, into pages that have no other owner.
  mutating func makeRoom(_ tokens: Int) {
    let first = count
    count += tokens
    while pages.count * CachePage.tokens < count {
      pages.append(Buffer(count: page.byteCount) { _ in })
      addresses.append(0)
    }
    for index in first / CachePage.tokens..<pages.count {
      pages[index].change { _ in }
      addresses[index] = pages[index].address
    }
  }
}
