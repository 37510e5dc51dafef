internal import AffineKernels

/// Memory on a cache line, given back with its owner. Who writes it, and when, its users say.
@safe
package final class Allocation: @unchecked Sendable {
  package let start: UnsafeMutableRawPointer
  /// What others may use again; 0 for memory that is simply freed.
  private let spareBytes: Int

  /// From this size on memory comes in large pages where the system has them: touching it for the
  /// first time then costs a quarter, and a result of an operation is always touched first.
  package static let large = 4 << 20
  private static let largePage = 2 << 20
  /// From this size on memory is kept for the next one of its size, and sizes are multiples of it: the
  /// C library gives such memory back to the system, which clears it every time.
  private static let spare = 64 << 10

  /// What all buffers without elements share.
  static let nothing = Allocation(byteCount: 0, zeroed: false)

  /// What `lasts` is kept for as long as a model is used: it takes no more than it needs.
  package init(byteCount: Int, zeroed: Bool, lasts: Bool = false) {
    if byteCount < Self.spare || lasts {
      spareBytes = 0
      unsafe start = Self.pages(
        max(byteCount, 1), alignment: byteCount < Self.large ? 64 : Self.largePage)
    } else {
      let unit = byteCount < Self.large ? Self.spare : Self.largePage
      spareBytes = (byteCount + unit - 1) / unit * unit
      unsafe start =
        SpareMemory.shared.take(byteCount: spareBytes) ?? Self.pages(spareBytes, alignment: unit)
    }
    if zeroed { unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
  }

  private static func pages(_ byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
    let isLarge = alignment == largePage
    let start = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: isLarge ? largePage : 64)
    if isLarge { unsafe aq_advise_large_pages(start, byteCount) }
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
