internal import Synchronization

/// The smallest and largest value of every column, of rows that several threads read.
final class ColumnRanges: Sendable {
  /// Those of the rows that a thread reads.
  struct Part {
    private(set) var low: [Float]
    private(set) var high: [Float]

    fileprivate init(_ columns: Int) {
      low = Array(repeating: .infinity, count: columns)
      high = Array(repeating: -.infinity, count: columns)
    }

    /// Joins whole rows, whose values are finite.
    mutating func join(_ rows: FloatRows, _ kernel: Kernel<RangeOfRuns>) {
      _ = kernel.join(rows, [], &low, &high)
    }
  }

  private let columns: Int
  private let found = Mutex<[Part]>([])

  init(columns: Int) { self.columns = columns }

  /// No rows so far.
  var part: Part { Part(columns) }

  /// Takes what a thread has found.
  func add(_ part: Part) { found.withLock { $0.append(part) } }

  /// What all threads have found, to be joined by those that need some columns.
  var parts: [Part] { found.withLock { $0 } }
}
