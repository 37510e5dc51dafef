package import AffineQuant
internal import AffineKernels

extension AttentionCache {
  /// Multiplications below which a second thread costs more than it saves: about 2 µs of work.
  private static let smallest = 1 << 15

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

  /// The same of several caches of one kind, each with its rows of queries, one cache's after another's.
  static func attend(
    _ caches: [(cache: AttentionCache, rows: Int)], _ queries: Matrix<Float>, heads: Int,
    _ rule: ScoreRule, on execution: Execution
  ) -> Matrix<Float> {
    guard let size = caches.first?.cache.page.size else { preconditionFailure("no cache") }
    let (rows, width) = (queries.shape.rows, heads * size)
    precondition(width <= queries.shape.columns, "\(heads) heads of \(size) in \(queries)")
    let output = BufferBuilder<Float>(count: rows * width)
    var (parts, work, end): ([(cache: Int, part: CacheAttention.Part)], Int, Int) = ([], 0, 0)
    for (index, (cache, rows)) in caches.enumerated() {
      parts += cache.parts(rows: rows, heads: heads, firstRow: end, threads: execution.threads)
        .map { (index, $0) }
      work += rows * width * cache.count
      end += rows
    }
    precondition(end == rows, "\(end) rows of \(queries)")
    // Parts write rows or columns of their own.
    ThreadPool.shared.parallel(
      parts.count, threads: work < smallest ? 1 : execution.threads
    ) { index in
      let (cache, part) = parts[index]
      let place = part.firstRow * queries.shape.columns + part.head * size
      unsafe CacheAttention(caches[cache].cache, part, rule, execution).run(
        queries: queries.values.pointer + place,
        stride: part.sharesToken ? size : queries.shape.columns,
        into: output.memory.pointer + part.firstRow * width + part.head * size,
        stride: part.sharesToken ? size : width)
    }
    withExtendedLifetime((queries, caches)) {}
    return Matrix(validated: Shape(rows, width), output.buffer)
  }

  /// Heads that share keys, as rows where there is one token, else with blocks of the rows of each: what is
  /// kept as codes or halves becomes floats once for all of them, where there are parts enough for all threads.
  private func parts(
    rows: Int, heads: Int, firstRow: Int, threads: Int
  ) -> [CacheAttention.Part] {
    precondition(heads > 0 && heads.isMultiple(of: page.heads), "\(heads) over \(page.heads)")
    precondition(rows <= count, "\(rows) rows of \(count) tokens")
    let (shared, first) = (heads / page.heads, count - rows)
    if rows == 1 {
      return (0..<page.heads).map {
        CacheAttention.Part(
          cacheHead: $0, head: $0 * shared, heads: 1, firstRow: firstRow, rows: shared,
          seen: count, sharesToken: true)
      }
    }
    let blocks = stride(from: 0, to: rows, by: AttentionHead.blockRows).map {
      $0..<min($0 + AttentionHead.blockRows, rows)
    }
    let together = page.heads * blocks.count >= 4 * threads || threads == 1 ? shared : 1
    return stride(from: 0, to: heads, by: together).flatMap { head in
      blocks.map {
        CacheAttention.Part(
          cacheHead: head / shared, head: head, heads: together, firstRow: firstRow + $0.lowerBound,
          rows: $0.count, seen: first + $0.upperBound, sharesToken: false)
      }
    }
  }
}
