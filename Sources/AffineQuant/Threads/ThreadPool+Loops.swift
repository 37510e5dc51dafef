extension ThreadPool {
  /// Elements in a nanosecond, for what is not known to be faster: of the slower kernels.
  package static let usualPace = 3

  /// Calls `body` once for each part, on up to `threads` threads, and waits for all; `record` notes the region.
  package func parallel(
    _ parts: Int, threads: Int, _ record: KernelRecord? = nil, _ body: (_ part: Int) -> Void
  ) {
    guard min(parts, threads) > 1 else {
      for part in 0..<max(parts, 0) { body(part) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let shared = SharedBody(body)
      run(LoopWork(parts: parts, body: shared), threads: threads, record)
      shared.call = nil
    }
  }

  /// Parts of so many rows, and the threads that are worth calling for them; `pace` is how many elements one does in
  /// a nanosecond, about.
  static func split(
    _ rows: Int, _ columns: Int, pace: Int = usualPace, _ execution: Execution
  ) -> (parts: Int, threads: Int) {
    let threads = execution.threads(worth: Double(rows) * Double(columns) / Double(pace))
    return (threads == 1 ? min(rows, 1) : min(rows, threads * 4), threads)
  }

  /// Splits rows of `columns` elements into ranges of about equal length, a few for each thread.
  ///
  /// `pace` is how many elements a thread does in a nanosecond, about.
  package func parallelRows(
    _ rows: Int, _ columns: Int, pace: Int = usualPace, _ execution: Execution,
    _ body: (_ rows: Range<Int>) -> Void
  ) {
    let (parts, threads) = Self.split(rows, columns, pace: pace, execution)
    parallel(parts, threads: threads, execution.record) { part in
      body(rows * part / parts..<rows * (part + 1) / parts)
    }
  }
}
