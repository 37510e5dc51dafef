internal import AffineQuant

/// One run of an ``AttentionRegion``: what its parts read, of which no copy is made and no reference counted.
///
/// It owns nothing that it points to.
@safe
struct AttentionRun: ~Copyable {
  let heads: Int
  let page: CachePage
  let texts: DisjointMemory<AttentionText>
  /// Where the pages of all texts lie.
  let pages: DisjointMemory<UInt>
  let isPlacedFirst: Bool
  let placement: HeadPlacement?
  let kernels: AttentionRegion.Kernels
  let rule: ScoreRule
  let reader, halfReader: CacheReader
  let writer: CacheWriter
  /// The scores of a worker's part; those of codes before they are scaled; largest scores and sums.
  let scores, unscaled, statistics: WorkerMemory<Float>
  /// The first rows, and how far neighbours lie apart.
  let queries: UnsafePointer<Float>
  let queryStride: Int
  let output: UnsafeMutablePointer<Float>
  let outputStride: Int

  private func page(_ index: Int, of text: AttentionText) -> UnsafeMutableRawPointer {
    guard let start = unsafe UnsafeMutableRawPointer(bitPattern: pages[text.firstPage + index])
    else { preconditionFailure("a page without an address") }
    return unsafe start
  }

  /// Places the heads of new tokens of one page.
  func place(_ part: Int, _ worker: Int) {
    var number = texts.count - 1
    while texts[number].firstPreparation > part { number -= 1 }
    let text = texts[number]
    place(text, text.rows(ofNewPage: part - text.firstPreparation), 0..<page.heads, worker)
  }

  private func place(
    _ text: AttentionText, _ rows: Range<Int>, _ cacheHeads: Range<Int>, _ worker: Int
  ) {
    guard let placement else { return }
    for row in rows {
      let (index, token) = text.token(ofRow: row).quotientAndRemainder(dividingBy: CachePage.tokens)
      let start = unsafe page(index, of: text)
      unsafe placement.place(row, cacheHeads, worker: worker) { head, key, value in
        unsafe writer.write(
          token, head: head, key: key, value: value, intoPage: start, worker: worker)
      }
    }
  }

  /// Weighs what some rows see.
  func attend(_ index: Int, _ worker: Int) {
    var number = texts.count - 1
    while texts[number].firstPart > index { number -= 1 }
    let text = texts[number]
    let part = text.part(index - text.firstPart, heads: heads, page)
    if !isPlacedFirst {
      let rows = text.firstRow..<text.firstRow + text.rowCount
      place(text, rows, part.cacheHead..<part.cacheHead + 1, worker)
    }
    let reader = part.sharesToken ? halfReader : reader
    let row = text.firstQuery + part.firstQuery
    let queryRow = text.firstQueryRow + part.firstQuery
    let attention = unsafe CacheAttention(
      part: part, rule: rule, reader: reader,
      product: reader.keepsHalves ? kernels.halfProduct : kernels.product,
      weights: kernels.weights, multiply: kernels.multiply, scores: scores.start(of: worker),
      unscaled: unscaled.start(of: worker), statistics: statistics.start(of: worker),
      worker: worker)
    unsafe attention.run(
      queries: queries + queryRow * queryStride + part.head * page.size,
      stride: part.sharesToken ? page.size : queryStride,
      into: output + row * outputStride + part.head * page.size,
      stride: part.sharesToken ? page.size : outputStride
    ) { unsafe UnsafeRawPointer(page($0, of: text)) }
  }
}
