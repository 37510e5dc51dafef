internal import AffineQuant
internal import AffineKernels

/// Attention of a block for the last tokens of some texts, as one region of the pool: first, where there are new
/// tokens, their heads are placed, then rows weigh the values that they see.
///
/// It is used again, block after block and token after token, in the memory that it has.
struct AttentionRegion {
  /// Multiplications below which a second thread costs more than it saves: about 2 µs of work.
  private static let smallest = 1 << 15

  private let heads: Int
  /// Of the caches of all texts.
  private var page: CachePage
  private let execution: Execution
  private let kernels: Kernels
  private var texts: [AttentionText] = []
  /// Where the pages of all texts lie.
  private var pages: [UInt] = []
  private var (preparations, parts) = (0, 0)
  /// Multiplications, and the most scores of a part.
  private var (work, mostScores) = (0, 0)

  struct Kernels {
    let product, halfProduct: Kernel<ProductInPlace>
    let weights: Kernel<AttentionWeights>
    let multiply: Kernel<Elements>
    let cache: CacheKernels
  }

  init(heads: Int, _ page: CachePage, _ execution: Execution) {
    precondition(heads > 0 && heads.isMultiple(of: page.heads), "\(heads) over \(page.heads)")
    self.heads = heads
    self.page = page
    self.execution = execution
    kernels = Kernels(
      product: AttentionKernels.product.best(on: execution),
      halfProduct: AttentionKernels.halfProduct.best(on: execution),
      weights: AttentionKernels.weights.best(on: execution),
      multiply: ElementKernels.multiply.best(on: execution), cache: CacheKernels(execution))
  }

  /// Forgets what it was to do; the next texts have caches of a kind.
  mutating func begin(_ page: CachePage) {
    precondition(heads.isMultiple(of: page.heads), "\(heads) over \(page.heads)")
    self.page = page
    texts.removeAll(keepingCapacity: true)
    pages.removeAll(keepingCapacity: true)
    (preparations, parts, work, mostScores) = (0, 0, 0, 0)
  }

  /// Adds a text, which keeps its pages until the region has run; `rows` are those of new tokens, for which its
  /// cache has room already, and its queries have rows of the output from `first` on.
  mutating func add(_ cache: AttentionCache, rows: Range<Int>, queries: Int, from first: Int) {
    precondition(queries <= cache.count && rows.count <= cache.count, "\(queries) and \(rows)")
    precondition(cache.page == page, "\(cache.page) among \(page)")
    let shared = heads / page.heads
    let isEnough = page.heads * AttentionText.blocks(queries) >= 4 * execution.threads
    let text = AttentionText(
      firstRow: rows.lowerBound, rowCount: rows.count, count: cache.count, queries: queries,
      firstQuery: first, firstPage: pages.count, firstPreparation: preparations,
      firstPart: parts, together: isEnough || execution.threads == 1 ? shared : 1)
    pages += cache.addresses
    texts.append(text)
    preparations += text.newPages
    parts += text.parts(heads: heads, page)
    work += queries * heads * page.size * text.count
    let scored = queries > 1 ? min(queries, AttentionHead.blockRows) * text.together : shared
    mostScores = max(mostScores, scored * cache.addresses.count * CachePage.tokens)
  }

  /// Writes as many rows of heads as there are queries, of which the first begins at `queries` and each other one
  /// `queryStride` behind the one before; new tokens need a placement.
  func attend(
    _ queries: UnsafePointer<Float>, stride queryStride: Int, _ rule: ScoreRule,
    _ placement: HeadPlacement?, into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let threads = work < Self.smallest ? 1 : execution.threads
    // The heads of a single token are placed by whoever reads them.
    let isPlacedFirst = texts.contains { $0.rowCount > 1 }
    let rows = max(AttentionHead.blockRows, heads / page.heads)
    Workspace.lend { workspace in
      func reader(keepsHalves: Bool) -> CacheReader {
        CacheReader(page, keepsHalves: keepsHalves, threads: threads, workspace, kernels.cache)
      }
      let run = unsafe AttentionRun(
        heads: heads, page: page, texts: workspace.copy(texts), pages: workspace.copy(pages),
        isPlacedFirst: isPlacedFirst, placement: placement, kernels: kernels, rule: rule,
        reader: reader(keepsHalves: false), halfReader: reader(keepsHalves: true),
        writer: CacheWriter(page, threads: threads, workspace, kernels.cache),
        scores: workspace.take(mostScores, workers: threads),
        unscaled: workspace.take(
          page.format == .int8 ? rows * CachePage.tokens : 0, workers: threads),
        statistics: workspace.take(2 * rows, workers: threads), queries: queries,
        queryStride: queryStride, output: output, outputStride: stride)
      unsafe withUnsafePointer(to: run) { run in
        let work = unsafe ObjectWork(
          UnsafeRawPointer(run), preparations: isPlacedFirst ? preparations : 0, parts: parts
        ) { object, phase, part, worker in
          let run = unsafe object.assumingMemoryBound(to: AttentionRun.self)
          if phase == 0 {
            unsafe run.pointee.place(part, worker)
          } else {
            unsafe run.pointee.attend(part, worker)
          }
        }
        ThreadPool.shared.run(object: work, threads: threads, execution.record)
      }
    }
  }
}

extension Workspace {
  /// A copy of an array.
  fileprivate func copy<Element: BitwiseCopyable & Sendable>(
    _ array: [Element]
  ) -> DisjointMemory<Element> {
    let memory = take(array.count, of: Element.self)
    for index in array.indices { memory[index] = array[index] }
    return memory
  }
}
