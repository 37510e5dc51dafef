extension ThreadPool {
  /// Elements below which a second thread costs more than it saves: about 10 µs of work.
  private static let smallest = 16_384

  /// Splits rows of `columns` elements into ranges of about equal length, a few for each thread.
  func parallelRows(
    _ rows: Int, _ columns: Int, _ execution: Execution, _ body: (_ rows: Range<Int>) -> Void
  ) {
    let affordable = max(rows * columns / Self.smallest, 1)
    let parts = execution.threads == 1 ? 1 : min(rows, execution.threads * 4, affordable)
    parallel(parts, threads: execution.threads) { part in
      body(rows * part / parts..<rows * (part + 1) / parts)
    }
  }
}
