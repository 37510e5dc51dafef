internal import AffineQuant
internal import AffineKernels

/// Attention of a few rows of queries to one head of a cache.
@safe
struct CacheAttention {
  /// Which rows: of tokens that follow one another, or of heads of one token.
  struct Part {
    /// The head of keys and values, and the first of queries.
    let cacheHead, head: Int
    /// The first token's row of queries.
    let firstRow: Int
    let rows: Int
    /// The tokens that the last row sees.
    let seen: Int
    /// Whether all rows are of one token.
    let sharesToken: Bool
  }

  private let part: Part
  private let page: CachePage
  private let reader: CacheReader
  private let product: Kernel<ProductInPlace>
  private let weights: Kernel<AttentionWeights>
  private let multiply: Kernel<Elements>
  private let scores: BufferBuilder<Float>
  /// How far neighbouring rows of scores lie apart.
  private let stride: Int

  init(_ cache: AttentionCache, _ part: Part, _ execution: Execution) {
    self.part = part
    page = cache.page
    reader = CacheReader(cache.page, cache.pages, execution)
    product = AttentionKernels.product.best(on: execution)
    weights = AttentionKernels.weights.best(on: execution)
    multiply = ElementKernels.multiply.best(on: execution)
    let pages = (part.seen + CachePage.tokens - 1) / CachePage.tokens
    stride = pages * CachePage.tokens
    scores = BufferBuilder(count: part.rows * stride)
  }

  /// Both pointers are to the first row; the output is this part's alone.
  func run(
    queries: UnsafePointer<Float>, stride queryStride: Int,
    into output: UnsafeMutablePointer<Float>,
    stride outputStride: Int
  ) {
    unsafe score(queries, queryStride)
    turnIntoWeights()
    for first in Swift.stride(from: 0, to: part.seen, by: CachePage.tokens) {
      let values = unsafe reader.values(first / CachePage.tokens, part.cacheHead)
      var arguments = unsafe ProductInPlace(
        c: aq_product_args(
          rows: part.rows, columns: page.size, depth: min(CachePage.tokens, part.seen - first),
          lhs: scores.memory.pointer + first, lhs_row: stride, lhs_depth: 1, rhs: values,
          rhs_depth: page.size, out: output, out_row: outputStride, accumulate: first > 0))
      product(&arguments)
    }
    withExtendedLifetime((scores, reader)) {}
  }

  /// Scores of all rows with all tokens of the pages that they see.
  private func score(_ queries: UnsafePointer<Float>, _ queryStride: Int) {
    let tokens = CachePage.tokens
    let unscaled = BufferBuilder<Float>(count: page.format == .int8 ? part.rows * tokens : 0)
    for first in Swift.stride(from: 0, to: stride, by: tokens) {
      let index = first / tokens
      let target = unsafe scores.memory.pointer + first
      let scales = unsafe reader.keyScales(index, part.cacheHead)
      let isScaled = unsafe scales == nil
      var arguments = unsafe ProductInPlace(
        c: aq_product_args(
          rows: part.rows, columns: tokens, depth: page.size, lhs: queries, lhs_row: queryStride,
          lhs_depth: 1, rhs: reader.keys(index, part.cacheHead), rhs_depth: tokens,
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
    withExtendedLifetime(unscaled) {}
  }

  /// Rows of one token see the same tokens; a row of a later token sees one more.
  private func turnIntoWeights() {
    let statistics = BufferBuilder<Float>(count: 2 * part.rows)
    let growth = part.sharesToken ? 0 : 1
    var arguments = unsafe AttentionWeights(
      c: aq_attentionweights_args(
        rows: part.rows, count: part.seen - (part.rows - 1) * growth, growth: growth,
        scale: 1 / Float(page.size).squareRoot(), scores: scores.memory.pointer, stride: stride,
        largest: statistics.memory.pointer, sums: statistics.memory.pointer + part.rows))
    weights(&arguments)
    withExtendedLifetime(statistics) {}
  }
}
