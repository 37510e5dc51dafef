/// The new moments of a run, before they become codes.
@safe
struct AdamWScratch {
  let m, v: UnsafeMutablePointer<Float>
  private let memory: Allocation

  /// Kernels take 64 values at a time.
  init(_ longestRun: Int) {
    let count = (longestRun + 63) / 64 * 64
    memory = Allocation(byteCount: 2 * count * MemoryLayout<Float>.stride, zeroed: false)
    unsafe m = memory.start.bindMemory(to: Float.self, capacity: 2 * count)
    unsafe v = m + count
  }

  /// Why the moments of a run cannot be stored.
  func error(_ row: Int, _ columns: Range<Int>, block: Int) -> QuantizationError {
    let count = columns.count
    for index in 0..<2 * count {
      let (isFirst, place) = (index < count, index % count)
      let value = unsafe isFirst ? m[place] : v[place]
      if !value.isFinite {
        return .notFinite(value, row: row, column: columns.lowerBound + place)
      }
    }
    let smallest = (0..<count).reduce(Float(0)) { unsafe min($0, v[$1]) }
    return .negative(minimum: smallest, blockRow: row, blockColumn: block)
  }
}
