internal import AffineQuant
internal import AffineKernels

/// Reads keys and values of a page as floats: where they lie, or through memory of its own.
///
/// Every part of a parallel loop has its own.
@safe
struct CacheReader {
  private let page: CachePage
  private let pages: [Buffer<UInt8>]
  /// Whether halves are handed out as they lie.
  let keepsHalves: Bool
  private let widen: Kernel<Halves>
  private let dequantize: Kernel<DequantizeRow>
  private let scratch: BufferBuilder<Float>?
  /// What dequantizing codes needs besides.
  private let coded: (ends: Buffer<Int>, zeros: Buffer<Float>, ones: Buffer<Float>)?

  init(
    _ page: CachePage, _ pages: [Buffer<UInt8>], keepsHalves: Bool, _ execution: Execution
  ) {
    self.page = page
    self.pages = pages
    self.keepsHalves = keepsHalves && page.format == .float16
    widen = HalfKernels.widen.best(on: execution)
    dequantize = QuantizeKernels.dequantizeInt8.best(on: execution)
    let (tokens, size) = (CachePage.tokens, page.size)
    let isRead = page.format == .float32 || self.keepsHalves
    scratch = isRead ? nil : BufferBuilder(count: tokens * size)
    guard page.format == .int8 else {
      coded = nil
      return
    }
    coded = (
      Buffer((1...tokens).map { $0 * size }), Buffer([Float](repeating: 0, count: tokens)),
      Buffer([Float](repeating: 1, count: tokens))
    )
  }

  /// The keys of a head, `[column][token]`, less the factors of ``keyScales(_:_:)``; until the next call.
  func keys(_ index: Int, _ head: Int) -> UnsafeRawPointer {
    let start = unsafe UnsafeRawPointer(pages[index].pointer) + page.keys(head)
    return unsafe numbers(start, scales: coded?.ones.pointer)
  }

  /// The values of a head, `[token][column]`; until the next call.
  func values(_ index: Int, _ head: Int) -> UnsafeRawPointer {
    let bytes = unsafe UnsafeRawPointer(pages[index].pointer)
    let scales = unsafe (bytes + page.valueScales(head)).assumingMemoryBound(to: Float.self)
    return unsafe numbers(bytes + page.values(head), scales: scales)
  }

  /// What scores with the keys of a page are multiplied with, if anything.
  func keyScales(_ index: Int, _ head: Int) -> UnsafePointer<Float>? {
    guard page.format == .int8 else { return nil }
    let start = unsafe UnsafeRawPointer(pages[index].pointer) + page.keyScales(head)
    return unsafe start.assumingMemoryBound(to: Float.self)
  }

  /// `scales` has one number for each run of as many numbers as a head has columns.
  private func numbers(
    _ start: UnsafeRawPointer, scales: UnsafePointer<Float>?
  ) -> UnsafeRawPointer {
    guard let target = unsafe scratch?.memory.pointer else { return unsafe start }
    if let coded, let scales = unsafe scales {
      var arguments = unsafe DequantizeRow(
        c: aq_dequantize_args(
          codes: start.assumingMemoryBound(to: UInt8.self), runs: CachePage.tokens,
          ends: coded.ends.pointer, scale: scales, zero_point: coded.zeros.pointer, bias: nil,
          values: target))
      dequantize(&arguments)
    } else {
      let halves = unsafe UnsafeMutableRawPointer(mutating: start)
      var arguments = unsafe Halves(
        c: aq_halves_args(
          count: CachePage.tokens * page.size, halves: halves.assumingMemoryBound(to: UInt16.self),
          floats: target))
      widen(&arguments)
    }
    return UnsafeRawPointer(target)
  }
}
