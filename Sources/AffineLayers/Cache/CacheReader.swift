internal import AffineQuant
internal import AffineKernels

/// Reads keys and values of a page as floats: where they lie, or through memory of its own.
///
/// Every part of a parallel loop has its own.
@safe
struct CacheReader {
  private let page: CachePage
  private let pages: [Buffer<UInt8>]
  private let widen: Kernel<Halves>
  private let dequantize: Kernel<DequantizeRow>
  private let scratch: BufferBuilder<Float>
  private let ends: Buffer<Int>
  private let zeros, ones: Buffer<Float>

  init(_ page: CachePage, _ pages: [Buffer<UInt8>], _ execution: Execution) {
    self.page = page
    self.pages = pages
    widen = HalfKernels.widen.best(on: execution)
    dequantize = QuantizeKernels.dequantizeInt8.best(on: execution)
    let (tokens, size) = (CachePage.tokens, page.size)
    scratch = BufferBuilder(count: page.format == .float32 ? 0 : tokens * size)
    let isCoded = page.format == .int8
    ends = Buffer(isCoded ? (1...tokens).map { $0 * size } : [])
    zeros = Buffer([Float](repeating: 0, count: isCoded ? tokens : 0))
    ones = Buffer([Float](repeating: 1, count: isCoded ? tokens : 0))
  }

  /// The keys of a head, `[column][token]`, less the factors of ``keyScales(_:_:)``; until the next call.
  func keys(_ index: Int, _ head: Int) -> UnsafePointer<Float> {
    let start = unsafe UnsafeRawPointer(pages[index].pointer) + page.keys(head)
    return unsafe floats(start, scales: ones.pointer)
  }

  /// The values of a head, `[token][column]`; until the next call.
  func values(_ index: Int, _ head: Int) -> UnsafePointer<Float> {
    let bytes = unsafe UnsafeRawPointer(pages[index].pointer)
    let scales = unsafe (bytes + page.valueScales(head)).assumingMemoryBound(to: Float.self)
    return unsafe floats(bytes + page.values(head), scales: scales)
  }

  /// What scores with the keys of a page are multiplied with, if anything.
  func keyScales(_ index: Int, _ head: Int) -> UnsafePointer<Float>? {
    guard page.format == .int8 else { return nil }
    let start = unsafe UnsafeRawPointer(pages[index].pointer) + page.keyScales(head)
    return unsafe start.assumingMemoryBound(to: Float.self)
  }

  /// `scales` has one number for each run of as many numbers as a head has columns.
  private func floats(
    _ start: UnsafeRawPointer, scales: UnsafePointer<Float>
  ) -> UnsafePointer<Float> {
    let count = CachePage.tokens * page.size
    let target = unsafe scratch.memory.pointer
    switch page.format {
    case .float32: return unsafe start.assumingMemoryBound(to: Float.self)
    case .float16:
      let halves = unsafe UnsafeMutableRawPointer(mutating: start)
      var arguments = unsafe Halves(
        c: aq_halves_args(
          count: count, halves: halves.assumingMemoryBound(to: UInt16.self), floats: target))
      widen(&arguments)
    case .int8:
      var arguments = unsafe DequantizeRow(
        c: aq_dequantize_args(
          codes: start.assumingMemoryBound(to: UInt8.self), runs: CachePage.tokens,
          ends: ends.pointer, scale: scales, zero_point: zeros.pointer, bias: nil, values: target))
      dequantize(&arguments)
    }
    return unsafe UnsafePointer(target)
  }
}
