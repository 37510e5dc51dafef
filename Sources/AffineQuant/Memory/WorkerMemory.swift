/// Memory of which each worker has a part of its own, on cache lines of its own: workers that share one hold
/// each other up.
package struct WorkerMemory<Element: BitwiseCopyable & Sendable>: Sendable {
  private let memory: DisjointMemory<Element>
  private let stride: Int

  init(_ memory: DisjointMemory<Element>, stride: Int) {
    self.memory = memory
    self.stride = stride
  }

  subscript(worker: Int, index: Int) -> Element { memory[worker * stride + index] }

  /// The part of a worker.
  func part(of worker: Int) -> DisjointMemory<Element> {
    memory.part(worker * stride..<(worker + 1) * stride)
  }

  /// The same for kernels.
  package func start(of worker: Int) -> UnsafeMutablePointer<Element> {
    unsafe memory.pointer + worker * stride
  }

  /// Lends the first elements of a worker's part.
  func withPart<Result>(
    of worker: Int, count: Int, _ body: (inout MutableSpan<Element>) -> Result
  ) -> Result {
    memory.withRange(worker * stride..<worker * stride + count, body)
  }
}
