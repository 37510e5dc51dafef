import Dispatch
import Foundation

/// Threads that call at the same time.
package enum Callers {
  /// Calls `body` on so many threads at once, and waits for all: of tasks no more run than there are cores.
  package static func run(_ count: Int, _ body: @escaping @Sendable (_ caller: Int) -> Void) {
    let (gate, group) = (DispatchSemaphore(value: 0), DispatchGroup())
    for caller in 0..<count {
      group.enter()
      Thread.detachNewThread {
        gate.wait()
        body(caller)
        group.leave()
      }
    }
    for _ in 0..<count { gate.signal() }
    group.wait()
  }
}
