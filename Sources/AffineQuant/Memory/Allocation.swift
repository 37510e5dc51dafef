internal import AffineKernels

/// Memory on a cache line, given back with its owner. Who writes it, and when, its users say.
@safe
package final class Allocation: @unchecked Sendable {
  package let start: UnsafeMutableRawPointer
  private let byteCount: Int
  /// Whether others may use it again.
  private let isSpare: Bool

  /// From this size on memory comes in large pages where the system has them: touching it for the
  /// first time then costs a quarter, and a result of an operation is always touched first.
  package static let large = 4 << 20
  private static let largePage = 2 << 20
  /// From this size on memory is kept for the next one of its size, and sizes are multiples of it: the
  /// C library gives such memory back to the system, which clears it every time.
  private static let spare = 64 << 10
  /// From this size on memory is mapped by itself, and goes back to the system whole: between smaller
  /// pieces that are kept, as those of a model, the C library would keep what was freed.
  private static let mapped = 1 << 20
  /// What holds whole pages on every system.
  private static let page = 64 << 10

  /// What all buffers without elements share.
  static let nothing = Allocation(byteCount: 0, zeroed: false)

  /// What `lasts` is kept for as long as a model is used: it takes no more than whole pages.
  package init(byteCount: Int, zeroed: Bool, lasts: Bool = false) {
    isSpare = byteCount >= Self.spare && !lasts
    if isSpare {
      let unit = byteCount < Self.large ? Self.spare : Self.largePage
      self.byteCount = Self.round(byteCount, upTo: unit)
      unsafe start =
        SpareMemory.shared.take(byteCount: self.byteCount) ?? Self.allocate(self.byteCount)
    } else {
      self.byteCount =
        byteCount < Self.mapped ? max(byteCount, 1) : Self.round(byteCount, upTo: Self.page)
      unsafe start = Self.allocate(self.byteCount)
    }
    if zeroed { unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
  }

  private static func round(_ byteCount: Int, upTo unit: Int) -> Int {
    (byteCount + unit - 1) / unit * unit
  }

  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    guard byteCount >= mapped else {
      return .allocate(byteCount: byteCount, alignment: 64)
    }
    guard let start = unsafe aq_map_pages(byteCount, byteCount < large ? page : largePage) else {
      fatalError("no memory for \(byteCount) bytes")
    }
    if byteCount >= large { unsafe aq_advise_large_pages(start, byteCount) }
    return unsafe start
  }

  /// Gives memory back of which nobody has a use any more.
  static func free(_ start: UnsafeMutableRawPointer, byteCount: Int) {
    guard byteCount >= mapped else { return unsafe start.deallocate() }
    unsafe aq_unmap_pages(start, byteCount)
  }

  deinit {
    if isSpare {
      unsafe SpareMemory.shared.keep(start, byteCount: byteCount)
    } else {
      unsafe Self.free(start, byteCount: byteCount)
    }
  }
}
