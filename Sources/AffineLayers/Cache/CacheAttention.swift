internal import AffineQuant
internal import AffineKernels

/// Attention of a few rows of queries, of one head or several, to one head of a cache.
///
/// It owns nothing that it points to.
@safe
struct CacheAttention {
  let part: AttentionPart
  let rule: ScoreRule
  let reader: CacheReader
  let product: Kernel<ProductInPlace>
  let weights: Kernel<AttentionWeights>
  let multiply: Kernel<Elements>
  /// Memory for the scores of all rows, for those of a page before they are scaled, and for two numbers a row.
  let scores, unscaled, statistics: UnsafeMutablePointer<Float>
  let worker: Int

  private var size: Int { reader.page.size }
  /// The first token of the first page that some row sees: that of the first score.
  private var first: Int {
    rule.firstSeen(by: part.token(ofRow: 0)) / CachePage.tokens * CachePage.tokens
  }
  /// How far neighbouring rows of scores lie apart.
  private var stride: Int {
    (part.seen + CachePage.tokens - 1) / CachePage.tokens * CachePage.tokens - first
  }

  /// Both pointers are to the first row; the output is this part's alone. `page` says where one starts.
  func run(
    queries: UnsafePointer<Float>, stride queryStride: Int,
    into output: UnsafeMutablePointer<Float>, stride outputStride: Int,
    _ page: (_ index: Int) -> UnsafeRawPointer
  ) {
    unsafe score(queries, queryStride, page)
    turnIntoWeights()
    let (first, stride) = (first, stride)
    for token in Swift.stride(from: first, to: part.seen, by: CachePage.tokens) {
      let values = unsafe reader.values(
        page(token / CachePage.tokens), part.cacheHead, worker: worker)
      let next = unsafe placeAfterValues(token, page)
      for head in 0..<part.heads {
        var arguments = unsafe ProductInPlace(
          c: aq_product_args(
            rows: part.rows, columns: size, depth: min(CachePage.tokens, part.seen - token),
            lhs: scores + head * part.rows * stride + token - first, lhs_row: stride, lhs_depth: 1,
            rhs: values, rhs_depth: size, out: output + head * size, out_row: outputStride,
            accumulate: token > first, next: head == 0 ? next : nil))
        product(&arguments)
      }
    }
  }

  // Pages of a token lie apart, and its weights have passed through all caches since they were read last: what is
  // read next is asked for.

  /// The keys of the next page, or after the last ones the first values.
  private func placeAfterKeys(
    _ token: Int, _ page: (_ index: Int) -> UnsafeRawPointer
  ) -> UnsafeRawPointer? {
    let index = token / CachePage.tokens + 1
    return unsafe index * CachePage.tokens < part.seen
      ? reader.place(page(index), reader.page.keys(part.cacheHead))
      : reader.place(page(first / CachePage.tokens), reader.page.values(part.cacheHead))
  }

  /// The values of the next page, or after the last ones the first keys of the next head.
  private func placeAfterValues(
    _ token: Int, _ page: (_ index: Int) -> UnsafeRawPointer
  ) -> UnsafeRawPointer? {
    let index = token / CachePage.tokens + 1, head = part.cacheHead
    if index * CachePage.tokens < part.seen {
      return unsafe reader.place(page(index), reader.page.values(head))
    }
    guard head + 1 < reader.page.heads else { return nil }
    return unsafe reader.place(page(first / CachePage.tokens), reader.page.keys(head + 1))
  }

  /// Scores of all rows with all tokens of the pages that they see.
  private func score(
    _ queries: UnsafePointer<Float>, _ queryStride: Int,
    _ page: (_ index: Int) -> UnsafeRawPointer
  ) {
    let (tokens, first, stride) = (CachePage.tokens, first, stride)
    for place in Swift.stride(from: 0, to: stride, by: tokens) {
      let start = unsafe page((first + place) / tokens)
      let keys = unsafe reader.keys(start, part.cacheHead, worker: worker)
      let scales = unsafe reader.keyScales(start, part.cacheHead)
      let isScaled = unsafe scales == nil
      let next = unsafe placeAfterKeys(first + place, page)
      for head in 0..<part.heads {
        let target = unsafe scores + head * part.rows * stride + place
        var arguments = unsafe ProductInPlace(
          c: aq_product_args(
            rows: part.rows, columns: tokens, depth: size, lhs: queries + head * size,
            lhs_row: queryStride, lhs_depth: 1, rhs: keys, rhs_depth: tokens,
            out: isScaled ? target : unscaled, out_row: isScaled ? stride : tokens,
            accumulate: false, next: head == 0 ? next : nil))
        product(&arguments)
        guard let scales = unsafe scales else { continue }
        for row in 0..<part.rows {
          var arguments = unsafe Elements(
            c: aq_elements_args(
              count: tokens, first: unscaled + row * tokens, other: scales,
              out: target + row * stride, factor: 1))
          multiply(&arguments)
        }
      }
    }
  }

  /// Rows of one token see the same tokens; a row of a later token sees one more.
  private func turnIntoWeights() {
    let (first, stride) = (first, stride)
    for head in 0..<part.heads {
      let scores = unsafe scores + head * part.rows * stride
      if rule.cap != nil || rule.window != nil {
        for row in 0..<part.rows {
          let token = part.token(ofRow: row)
          unsafe rule.prepare(
            scores + row * stride, count: token + 1 - first,
            hidden: rule.firstSeen(by: token) - first)
        }
      }
      var arguments = unsafe AttentionWeights(
        c: aq_attentionweights_args(
          rows: part.rows, count: part.token(ofRow: 0) + 1 - first,
          growth: part.sharesToken ? 0 : 1, scale: rule.kernelScale, scores: scores,
          stride: stride, largest: statistics, sums: statistics + part.rows))
      weights(&arguments)
    }
  }
}
