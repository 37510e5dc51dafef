/// Work of an object that outlives it: no closure is made for it, and no part counts references.
@safe
package struct ObjectWork: ~Copyable, ParallelWork {
  /// Does a part of phase 0 or 1; takes the object first.
  package typealias Call =
    @convention(c) (
      _ object: UnsafeRawPointer, _ phase: Int, _ part: Int, _ worker: Int
    ) -> Void

  package let preparations, parts: Int
  private let object: UnsafeRawPointer
  private let call: Call

  package init(
    _ object: UnsafeRawPointer, preparations: Int, parts: Int, _ call: @escaping Call
  ) {
    self.preparations = preparations
    self.parts = parts
    unsafe self.object = unsafe object
    unsafe self.call = unsafe call
  }

  package func prepare(_ part: Int, worker: Int) { unsafe call(object, 0, part, worker) }
  package func run(_ part: Int, worker: Int) { unsafe call(object, 1, part, worker) }
}

extension ThreadPool {
  /// Does all parts of an object's work on up to `threads` threads, and waits for them; `record` notes the region.
  package func run(object work: borrowing ObjectWork, threads: Int, _ record: KernelRecord?) {
    // Compiled here for this one type: elsewhere it would be a generic call, which allocates.
    run(work, threads: threads, record)
  }
}
