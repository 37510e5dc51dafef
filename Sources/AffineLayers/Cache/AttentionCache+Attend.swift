package import AffineQuant
internal import AffineKernels

extension AttentionCache {
  /// Multiplications below which a second thread costs more than it saves: about 10 µs of work.
  private static let smallest = 1 << 18

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
    let rows = queries.shape.rows
    let width = heads * page.size
    precondition(heads > 0 && heads.isMultiple(of: page.heads), "\(heads) over \(page.heads)")
    precondition(width <= queries.shape.columns && rows <= count, "\(queries), \(count) tokens")
    let output = BufferBuilder<Float>(count: rows * width)
    let parts = parts(rows: rows, heads: heads)
    let work = rows * width * count
    // Parts write rows or columns of their own.
    ThreadPool.shared.parallel(
      parts.count, threads: work < Self.smallest ? 1 : execution.threads
    ) { index in
      let part = parts[index]
      let place = part.firstRow * queries.shape.columns + part.head * page.size
      unsafe CacheAttention(self, part, rule, execution).run(
        queries: queries.values.pointer + place,
        stride: part.sharesToken ? page.size : queries.shape.columns,
        into: output.memory.pointer + part.firstRow * width + part.head * page.size,
        stride: part.sharesToken ? page.size : width)
    }
    withExtendedLifetime((queries, self)) {}
    return Matrix(validated: Shape(rows, width), output.buffer)
  }

  /// Heads that share keys where there is one token, else blocks of the rows of each head.
  private func parts(rows: Int, heads: Int) -> [CacheAttention.Part] {
    let (shared, first) = (heads / page.heads, count - rows)
    if rows == 1 {
      return (0..<page.heads).map {
        CacheAttention.Part(
          cacheHead: $0, head: $0 * shared, firstRow: 0, rows: shared, seen: count,
          sharesToken: true)
      }
    }
    let blocks = stride(from: 0, to: rows, by: AttentionHead.blockRows).map {
      $0..<min($0 + AttentionHead.blockRows, rows)
    }
    return (0..<heads).flatMap { head in
      blocks.map {
        CacheAttention.Part(
          cacheHead: head / shared, head: head, firstRow: $0.lowerBound, rows: $0.count,
          seen: first + $0.upperBound, sharesToken: false)
      }
    }
  }
}
