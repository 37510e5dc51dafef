internal import Synchronization

extension Execution {
  /// One value of any kind a row, each computed by itself, several at once.
  ///
  /// - Parameters:
  ///   - rows: How many rows there are.
  ///   - columns: How many elements are read for one.
  ///   - body: The value of a row.
  /// - Returns: The values in the order of the rows.
  package func map<Value: Sendable>(
    rows: Int, columns: Int, _ body: (_ row: Int) -> Value
  ) -> [Value] {
    let found = Mutex<[Int: [Value]]>([:])
    ThreadPool.shared.parallelRows(rows, columns, self) { part in
      let values = part.map(body)
      found.withLock { $0[part.lowerBound] = values }
    }
    return found.withLock { found in found.keys.sorted().flatMap { found[$0] ?? [] } }
  }
}
