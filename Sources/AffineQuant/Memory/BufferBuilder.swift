/// Memory that the parts of a parallel loop write before it becomes a ``Buffer``.
///
/// Its content is undefined until it is written, unless it starts as zeros.
package struct BufferBuilder<Element: BitwiseCopyable & Sendable> {
  private let allocation: Allocation
  private let count: Int
  package let memory: DisjointMemory<Element>

  package init(count: Int, zeroed: Bool = false, lasts: Bool = false) {
    self.count = count
    allocation = Allocation(
      byteCount: count * MemoryLayout<Element>.stride, zeroed: zeroed, lasts: lasts)
    let start = unsafe allocation.start.bindMemory(to: Element.self, capacity: count)
    memory = unsafe DisjointMemory(start, count: count)
  }

  /// What was written.
  package var buffer: Buffer<Element> {
    unsafe Buffer(unsafeStart: UnsafePointer(memory.pointer), count: count, owner: allocation)
  }
}

extension Buffer {
  /// The elements of one after those of another, in memory that lasts.
  init(joining parts: [Buffer]) {
    let count = parts.reduce(0) { $0 + $1.count }
    let whole = BufferBuilder<Element>(count: count, lasts: true)
    var place = 0
    for part in parts {
      whole.memory.withRange(place..<place + part.count) { $0.copy(part.span) }
      place += part.count
    }
    self = whole.buffer
  }
}
