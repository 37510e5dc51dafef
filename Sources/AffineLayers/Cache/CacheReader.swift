internal import AffineQuant
internal import AffineKernels

/// What converts the numbers of a cache.
struct CacheKernels {
  let widen, round: Kernel<Halves>
  let dequantize: Kernel<DequantizeRow>

  init(_ execution: Execution) {
    widen = HalfKernels.widen.best(on: execution)
    round = HalfKernels.round.best(on: execution)
    dequantize = QuantizeKernels.dequantizeInt8.best(on: execution)
  }
}

/// Reads keys and values of a page as floats: where they lie, or through memory of a worker.
///
/// It owns nothing that it points to.
@safe
struct CacheReader {
  let page: CachePage
  /// Whether halves are handed out as they lie.
  let keepsHalves: Bool
  private let kernels: CacheKernels
  private let scratch: WorkerMemory<Float>?
  /// What dequantizing codes needs besides.
  private let coded:
    (ends: DisjointMemory<Int>, zeros: DisjointMemory<Float>, ones: DisjointMemory<Float>)?

  init(
    _ page: CachePage, keepsHalves: Bool, threads: Int, _ workspace: Workspace,
    _ kernels: CacheKernels
  ) {
    self.page = page
    self.keepsHalves = keepsHalves && page.format == .float16
    self.kernels = kernels
    let (tokens, size) = (CachePage.tokens, page.size)
    let isRead = page.format == .float32 || self.keepsHalves
    scratch = isRead ? nil : workspace.take(tokens * size, workers: threads)
    guard page.format == .int8 else {
      coded = nil
      return
    }
    let coded:
      (ends: DisjointMemory<Int>, zeros: DisjointMemory<Float>, ones: DisjointMemory<Float>) =
        (workspace.take(tokens), workspace.take(tokens), workspace.take(tokens))
    for token in 0..<tokens {
      coded.ends[token] = (token + 1) * size
      (coded.zeros[token], coded.ones[token]) = (0, 1)
    }
    self.coded = coded
  }

  /// The keys of a head of a page, `[column][token]`, less the factors of ``keyScales(_:_:)``; until the
  /// worker's next call.
  func keys(_ start: UnsafeRawPointer, _ head: Int, worker: Int) -> UnsafeRawPointer {
    let ones = unsafe coded.map { unsafe UnsafePointer($0.ones.pointer) }
    return unsafe numbers(start + page.keys(head), scales: ones, worker)
  }

  /// The values of a head of a page, `[token][column]`; until the worker's next call.
  func values(_ start: UnsafeRawPointer, _ head: Int, worker: Int) -> UnsafeRawPointer {
    let scales = unsafe (start + page.valueScales(head)).assumingMemoryBound(to: Float.self)
    return unsafe numbers(start + page.values(head), scales: scales, worker)
  }

  /// Where keys or values lie that a kernel reads as they are, and may ask for before; `nil` where they come through
  /// memory of a worker.
  func place(_ start: UnsafeRawPointer, _ offset: Int) -> UnsafeRawPointer? {
    unsafe scratch == nil ? start + offset : nil
  }

  /// What scores with the keys of a page are multiplied with, if anything.
  func keyScales(_ start: UnsafeRawPointer, _ head: Int) -> UnsafePointer<Float>? {
    guard page.format == .int8 else { return nil }
    return unsafe (start + page.keyScales(head)).assumingMemoryBound(to: Float.self)
  }

  /// `scales` has one number for each run of as many numbers as a head has columns.
  private func numbers(
    _ start: UnsafeRawPointer, scales: UnsafePointer<Float>?, _ worker: Int
  ) -> UnsafeRawPointer {
    guard let scratch else { return unsafe start }
    let target = unsafe scratch.start(of: worker)
    if let coded, let scales = unsafe scales {
      var arguments = unsafe DequantizeRow(
        c: aq_dequantize_args(
          codes: start.assumingMemoryBound(to: UInt8.self), runs: CachePage.tokens,
          ends: coded.ends.pointer, scale: scales, zero_point: coded.zeros.pointer, bias: nil,
          values: target, streams: false))
      kernels.dequantize(&arguments)
    } else {
      let halves = unsafe UnsafeMutableRawPointer(mutating: start)
      var arguments = unsafe Halves(
        c: aq_halves_args(
          count: CachePage.tokens * page.size, halves: halves.assumingMemoryBound(to: UInt16.self),
          floats: target))
      kernels.widen(&arguments)
    }
    return UnsafeRawPointer(target)
  }
}
