internal import AffineQuant
/// The new moments of a run, before they become codes.
@safe
struct AdamWScratch {
  let m, roots: UnsafeMutablePointer<Float>
  private let memory: Allocation

  /// Kernels take 64 values at a time.
  init(_ longestRun: Int) {
    let count = (longestRun + 63) / 64 * 64
    memory = Allocation(byteCount: 2 * count * MemoryLayout<Float>.stride, zeroed: false)
    unsafe m = memory.start.bindMemory(to: Float.self, capacity: 2 * count)
    unsafe roots = m + count
  }

  /// The moment of a run that cannot be stored.
  func error(_ row: Int, _ columns: Range<Int>) -> QuantizationError {
    let count = columns.count
    for index in 0..<2 * count {
      let (isFirst, place) = (index < count, index % count)
      let value = unsafe isFirst ? m[place] : roots[place]
      if !value.isFinite {
        return .notFinite(value, row: row, column: columns.lowerBound + place)
      }
    }
    preconditionFailure("all \(count) moments of row \(row) are finite")
  }
}
