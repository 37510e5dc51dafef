internal import AffineQuant
internal import AffineKernels

/// Attention of a few rows of queries, of one head or several, to one head of a cache.
@safe
struct CacheAttention {
  /// Which rows: of tokens that follow one another, or of heads of one token.
  struct Part {
    /// The head of keys and values, and the first of queries.
    let cacheHead, head: Int
    /// Heads of queries, which lie side by side.
    let heads: Int
    /// The first token's row of queries.
    let firstRow: Int
    /// Rows of each head.
    let rows: Int
    /// The tokens that the last row sees.
    let seen: Int
    /// Whether all rows are of one token.
    let sharesToken: Bool

    /// The token that a row is of, which is the last that it sees.
    func token(ofRow row: Int) -> Int { seen - 1 - (sharesToken ? 0 : rows - 1 - row) }
  }

  private let part: Part
  private let rule: ScoreRule
  private let page: CachePage
  private let reader: CacheReader
  private let product: Kernel<ProductInPlace>
  private let weights: Kernel<AttentionWeights>
  private let multiply: Kernel<Elements>
  private let scores: BufferBuilder<Float>
  /// The first token of the first page that some row sees: that of the first score.
  private let first: Int
  /// How far neighbouring rows of scores lie apart.
  private let stride: Int

  init(_ cache: AttentionCache, _ part: Part, _ rule: ScoreRule, _ execution: Execution) {
    self.part = part
    self.rule = rule
    page = cache.page
    // Rows of one token read each number once.
    reader = CacheReader(cache.page, cache.pages, keepsHalves: part.sharesToken, execution)
    product = (reader.keepsHalves ? AttentionKernels.halfProduct : AttentionKernels.product)
      .best(on: execution)
    weights = AttentionKernels.weights.best(on: execution)
    multiply = ElementKernels.multiply.best(on: execution)
    let pages = (part.seen + CachePage.tokens - 1) / CachePage.tokens
    let hidden = rule.firstSeen(by: part.token(ofRow: 0)) / CachePage.tokens
    first = hidden * CachePage.tokens
    stride = (pages - hidden) * CachePage.tokens
    scores = BufferBuilder(count: part.heads * part.rows * stride)
  }

  /// Both pointers are to the first row; the output is this part's alone.
  func run(
    queries: UnsafePointer<Float>, stride queryStride: Int,
    into output: UnsafeMutablePointer<Float>,
    stride outputStride: Int
  ) {
    unsafe score(queries, queryStride)
    turnIntoWeights()
    for token in Swift.stride(from: first, to: part.seen, by: CachePage.tokens) {
      let values = unsafe reader.values(token / CachePage.tokens, part.cacheHead)
      for head in 0..<part.heads {
        var arguments = unsafe ProductInPlace(
          c: aq_product_args(
            rows: part.rows, columns: page.size, depth: min(CachePage.tokens, part.seen - token),
            lhs: scores(of: head) + token - first, lhs_row: stride, lhs_depth: 1, rhs: values,
            rhs_depth: page.size, out: output + head * page.size, out_row: outputStride,
            accumulate: token > first))
        product(&arguments)
      }
    }
    withExtendedLifetime((scores, reader)) {}
  }

  private func scores(of head: Int) -> UnsafeMutablePointer<Float> {
    unsafe scores.memory.pointer + head * part.rows * stride
  }

  /// Scores of all rows with all tokens of the pages that they see.
  private func score(_ queries: UnsafePointer<Float>, _ queryStride: Int) {
    let tokens = CachePage.tokens
    let unscaled = BufferBuilder<Float>(count: page.format == .int8 ? part.rows * tokens : 0)
    for place in Swift.stride(from: 0, to: stride, by: tokens) {
      let index = (first + place) / tokens
      let keys = unsafe reader.keys(index, part.cacheHead)
      let scales = unsafe reader.keyScales(index, part.cacheHead)
      let isScaled = unsafe scales == nil
      for head in 0..<part.heads {
        let target = unsafe scores(of: head) + place
        var arguments = unsafe ProductInPlace(
          c: aq_product_args(
            rows: part.rows, columns: tokens, depth: page.size, lhs: queries + head * page.size,
            lhs_row: queryStride, lhs_depth: 1, rhs: keys, rhs_depth: tokens,
            out: isScaled ? target : unscaled.memory.pointer, out_row: isScaled ? stride : tokens,
            accumulate: false))
        product(&arguments)
        guard let scales = unsafe scales else { continue }
        for row in 0..<part.rows {
          var arguments = unsafe Elements(
            c: aq_elements_args(
              count: tokens, first: unscaled.memory.pointer + row * tokens, other: scales,
              out: target + row * stride, factor: 1))
          multiply(&arguments)
        }
      }
    }
    withExtendedLifetime(unscaled) {}
  }

  /// Rows of one token see the same tokens; a row of a later token sees one more.
  private func turnIntoWeights() {
    let statistics = BufferBuilder<Float>(count: 2 * part.rows)
    for head in 0..<part.heads {
      let scores = unsafe scores(of: head)
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
          stride: stride, largest: statistics.memory.pointer,
          sums: statistics.memory.pointer + part.rows))
      weights(&arguments)
    }
    withExtendedLifetime(statistics) {}
  }
}
