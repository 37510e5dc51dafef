import AllocationCounter

/// What a call allocates on this thread once a first one of its size has run.
///
/// The least of a few calls: products of other tests may hold the memory that one would work in.
func allocations(_ body: () throws -> Void) rethrows -> Int {
  for _ in 0..<3 { try body() }
  var least = Int.max
  for _ in 0..<4 {
    let before = allocations_of_thread()
    try body()
    least = min(least, Int(allocations_of_thread() - before))
  }
  return least
}
