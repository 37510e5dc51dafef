internal import AffineKernels

/// Memory on a cache line, given back with its owner.
@safe
final class Allocation {
  let start: UnsafeMutableRawPointer
  /// Whole large pages, which others may use again; 0 for memory that is simply freed.
  private let spareBytes: Int

  /// From this size on memory comes in large pages where the system has them: touching it for the
  /// first time then costs a quarter, and a result of an operation is always touched first.
  static let large = 4 << 20
  private static let largePage = 2 << 20

  init(byteCount: Int, zeroed: Bool) {
    if byteCount < Self.large {
      spareBytes = 0
      unsafe start = .allocate(byteCount: max(byteCount, 1), alignment: 64)
    } else {
      spareBytes = (byteCount + Self.largePage - 1) / Self.largePage * Self.largePage
      unsafe start = SpareMemory.shared.take(byteCount: spareBytes) ?? Self.pages(spareBytes)
    }
    if zeroed { unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
  }

  private static func pages(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let start = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: largePage)
    unsafe aq_advise_large_pages(start, byteCount)
    return unsafe start
  }

  deinit {
    if spareBytes > 0 {
      unsafe SpareMemory.shared.keep(start, byteCount: spareBytes)
    } else {
      unsafe start.deallocate()
    }
  }
}
