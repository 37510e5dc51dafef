internal import AffineQuant
internal import AffineKernels

/// Writes keys and values into the pages of a cache.
@safe
struct CacheWriter {
  private let page: CachePage
  private let round: Kernel<Halves>
  /// A head as halves, for each worker.
  private let scratch: WorkerMemory<UInt16>

  init(_ page: CachePage, threads: Int, _ workspace: Workspace, _ kernels: CacheKernels) {
    self.page = page
    round = kernels.round
    scratch = workspace.take(page.size, workers: threads)
  }

  /// Writes the key and the value of one head of one token, which no other worker touches meanwhile.
  func write(
    _ token: Int, head: Int, key: UnsafePointer<Float>, value: UnsafePointer<Float>,
    intoPage start: UnsafeMutableRawPointer, worker: Int
  ) {
    precondition((0..<CachePage.tokens).contains(token) && (0..<page.heads).contains(head))
    let (toKeys, toValues) = unsafe (start + page.keys(head), start + page.values(head))
    switch page.format {
    case .float32:
      unsafe spread(key, toKeys, token)
      unsafe toValues.assumingMemoryBound(to: Float.self).advanced(by: token * page.size)
        .update(from: value, count: page.size)
    case .float16:
      let halves = unsafe scratch.start(of: worker)
      unsafe halve(key, halves)
      unsafe spread(halves, toKeys, token)
      unsafe halve(
        value, toValues.assumingMemoryBound(to: UInt16.self).advanced(by: token * page.size))
    case .int8:
      let (ofKeys, ofValues) = unsafe (start + page.keyScales(head), start + page.valueScales(head))
      unsafe ofKeys.assumingMemoryBound(to: Float.self)[token] = encode(
        key, toKeys.assumingMemoryBound(to: Int8.self) + token, stride: CachePage.tokens)
      unsafe ofValues.assumingMemoryBound(to: Float.self)[token] = encode(
        value, toValues.assumingMemoryBound(to: Int8.self) + token * page.size, stride: 1)
    }
  }

  private func halve(_ floats: UnsafePointer<Float>, _ halves: UnsafeMutablePointer<UInt16>) {
    var arguments = unsafe Halves(
      c: aq_halves_args(
        count: page.size, halves: halves, floats: UnsafeMutablePointer(mutating: floats)))
    round(&arguments)
  }

  private func spread<Element>(
    _ source: UnsafePointer<Element>, _ target: UnsafeMutableRawPointer, _ token: Int
  ) {
    let column = unsafe target.assumingMemoryBound(to: Element.self) + token
    for index in 0..<page.size { unsafe column[index * CachePage.tokens] = source[index] }
  }

  /// Returns the scale; NaN where a value is not finite, so that what is computed from it is not either.
  private func encode(
    _ values: UnsafePointer<Float>, _ codes: UnsafeMutablePointer<Int8>, stride: Int
  ) -> Float {
    var (largest, notFinite): (Float, Float) = (0, 0)
    for index in 0..<page.size {
      let value = unsafe values[index]
      largest = max(largest, value.magnitude)
      notFinite += value * 0
    }
    let scale = largest / 127 + notFinite
    let inverse = scale >= .leastNormalMagnitude ? 127 / largest : 0
    for index in 0..<page.size {
      // Adding it rounds to a whole number, nearest even: all are small.
      let rounded = unsafe values[index] * inverse + 0x1.8p23
      unsafe codes[index * stride] = Int8(truncatingIfNeeded: rounded.bitPattern)
    }
    return scale
  }
}
