/// Work in parts that several threads take, in two phases: no part of the second starts before all of the
/// first have ended.
///
/// What cannot be copied is not: a copy for each part would count references to the same objects on all
/// threads at once, which took longer than the parts. Their initializers read no field before all have a
/// value: compiled code that did released what it had not retained (Swift 6.3).
package protocol ParallelWork: ~Copyable {
  /// Parts that the others need; 0: there is one phase.
  var preparations: Int { get }
  var parts: Int { get }
  /// Does a part of the first phase. `worker` is a number below the threads, one for each of them.
  func prepare(_ part: Int, worker: Int)
  /// Does a part of the second phase.
  func run(_ part: Int, worker: Int)
}

/// A loop over parts: one phase.
struct LoopWork: ~Copyable, ParallelWork {
  let parts: Int
  let body: SharedBody

  var preparations: Int { 0 }
  func prepare(_ part: Int, worker: Int) {}
  func run(_ part: Int, worker: Int) { body.call?(part) }
}

/// A closure that crosses threads for the time of a loop, and is given back before its end.
final class SharedBody: @unchecked Sendable {
  var call: ((_ part: Int) -> Void)?

  init(_ call: @escaping (_ part: Int) -> Void) { self.call = call }
}
