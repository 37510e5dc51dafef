internal import AffineKernels

/// Memory on a cache line, freed with its owner.
@safe
final class Allocation {
  let start: UnsafeMutableRawPointer

  /// From this size on memory comes in large pages where the system has them: touching it for the
  /// first time then costs a quarter, and a result of an operation is always touched first.
  static let large = 4 << 20
  private static let largePage = 2 << 20

  init(byteCount: Int, zeroed: Bool) {
    let isLarge = byteCount >= Self.large
    unsafe start = .allocate(
      byteCount: max(byteCount, 1), alignment: isLarge ? Self.largePage : 64)
    if isLarge { unsafe aq_advise_large_pages(start, byteCount) }
    if zeroed { unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
  }

  deinit { unsafe start.deallocate() }
}
