package import AffineQuant

extension AttentionCache {
  /// The values that the last tokens of the cache see, up to themselves, each weighed by the softmax of
  /// its scaled scores.
  ///
  /// - Parameters:
  ///   - queries: A row for each of the last tokens; its first columns are `heads` heads, of which
  ///     neighbours share a head of the cache (Ainslie et al., 2023).
  ///   - heads: Heads of queries.
  ///   - rule: What becomes of scores before the softmax.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: As many rows of `heads` heads.
  package func attend(
    _ queries: Matrix<Float>, heads: Int, _ rule: ScoreRule, on execution: Execution
  ) -> Matrix<Float> {
    Self.attend([(self, queries.shape.rows)], queries, heads: heads, rule, on: execution)
  }

  /// The same of several caches of as many heads, each with its rows of queries, one cache's after another's.
  static func attend(
    _ caches: [(cache: AttentionCache, rows: Int)], _ queries: Matrix<Float>, heads: Int,
    _ rule: ScoreRule, on execution: Execution
  ) -> Matrix<Float> {
    guard let page = caches.first?.cache.page else { preconditionFailure("no cache") }
    let (rows, width) = (queries.shape.rows, heads * page.size)
    precondition(width <= queries.shape.columns, "\(heads) heads of \(page.size) in \(queries)")
    precondition(caches.reduce(0) { $0 + $1.rows } == rows, "not \(rows) rows of \(queries)")
    let output = BufferBuilder<Float>(count: rows * width)
    var region = AttentionRegion(heads: heads, page, execution)
    for page in CachePage.kinds(caches.lazy.map { $0.cache.page }) {
      region.begin(page)
      var first = 0
      for (cache, rows) in caches {
        if cache.page == page { region.add(cache, rows: 0..<0, queries: rows, from: first) }
        first += rows
      }
      unsafe region.attend(
        queries.values.pointer, stride: queries.shape.columns, rule, nil,
        into: output.memory.pointer, stride: width)
    }
    withExtendedLifetime((queries, caches)) {}
    return Matrix(validated: Shape(rows, width), output.buffer)
  }
}
