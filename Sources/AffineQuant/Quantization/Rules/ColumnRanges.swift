internal import Synchronization

/// The smallest and largest value of every column, of rows that several threads read.
final class ColumnRanges: Sendable {
  /// Those of some rows.
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

    fileprivate mutating func join(_ other: Part) {
      for column in low.indices {
        low[column] = min(low[column], other.low[column])
        high[column] = max(high[column], other.high[column])
      }
    }
  }

  private let columns: Int
  private let all: Mutex<Part>

  init(columns: Int) {
    self.columns = columns
    all = Mutex(Part(columns))
  }

  /// No rows so far, for one thread.
  var part: Part { Part(columns) }

  /// Takes what a thread has found.
  func join(_ part: Part) { all.withLock { $0.join(part) } }

  /// What all threads have found.
  var found: BlockRanges { all.withLock { BlockRanges(minimum: $0.low, maximum: $0.high) } }
}
