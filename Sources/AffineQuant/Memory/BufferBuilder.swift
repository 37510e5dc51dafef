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
