internal import Synchronization

/// Counters that threads change at once, each on cache lines of its own.
@safe
struct PaddedCounters: @unchecked Sendable {
  private let start: UnsafeMutablePointer<Atomic<Int>>
  /// Two lines: processors fetch them in pairs.
  private static let stride = 16

  /// Counters that are never given back.
  init(count: Int) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: count * Self.stride * MemoryLayout<Int>.stride, alignment: 128)
    unsafe start = memory.bindMemory(to: Atomic<Int>.self, capacity: count * Self.stride)
    for index in 0..<count {
      unsafe (start + index * Self.stride).initialize(to: Atomic(0))
    }
  }

  /// Where a counter lies, for as long as the process runs.
  private func counter(_ index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    unsafe start + index * Self.stride
  }

  func load(_ index: Int) -> Int { unsafe counter(index).pointee.load(ordering: .acquiring) }

  func store(_ index: Int, _ value: Int) {
    unsafe counter(index).pointee.store(value, ordering: .releasing)
  }

  /// The same, after all that this thread did before.
  func loadInOrder(_ index: Int) -> Int {
    unsafe counter(index).pointee.load(ordering: .sequentiallyConsistent)
  }

  /// Adds one.
  func increment(_ index: Int) {
    unsafe counter(index).pointee.add(1, ordering: .acquiringAndReleasing)
  }

  /// Puts a value in the place of another.
  ///
  /// - Returns: What was there: the other, if it is the value now.
  func replace(_ index: Int, _ expected: Int, with value: Int) -> Int {
    unsafe counter(index).pointee.compareExchange(
      expected: expected, desired: value, ordering: .acquiringAndReleasing
    ).original
  }

  /// Puts a value in the place of what is returned, before all that this thread does next.
  func exchange(_ index: Int, _ value: Int) -> Int {
    unsafe counter(index).pointee.exchange(value, ordering: .sequentiallyConsistent)
  }
}
