// What Embedded Swift lacks of what the library uses.

@_extern(c, "log") func log(_ x: Double) -> Double
@_extern(c, "exp") func exp(_ x: Double) -> Double
@_extern(c, "pow") func pow(_ x: Double, _ y: Double) -> Double
@_extern(c, "cos") func cos(_ x: Double) -> Double
@_extern(c, "sin") func sin(_ x: Double) -> Double
@_extern(c, "tanh") func tanh(_ x: Double) -> Double

/// The lock of a program of one thread.
struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  private let memory: UnsafeMutablePointer<Value>

  init(_ value: consuming sending Value) {
    unsafe memory = .allocate(capacity: 1)
    unsafe memory.initialize(to: value)
  }

  borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result { try unsafe body(&memory.pointee) }

  deinit {
    unsafe memory.deinitialize(count: 1)
    unsafe memory.deallocate()
  }
}

/// A reference that is set once, by a program of one thread.
struct AtomicLazyReference<Object: AnyObject>: ~Copyable, @unchecked Sendable {
  private let memory: UnsafeMutablePointer<Object?>

  init() {
    unsafe memory = .allocate(capacity: 1)
    unsafe memory.initialize(to: nil)
  }

  borrowing func load() -> Object? { unsafe memory.pointee }

  borrowing func storeIfNil(_ object: Object) -> Object {
    let kept = unsafe memory.pointee ?? object
    unsafe memory.pointee = kept
    return kept
  }

  deinit {
    unsafe memory.deinitialize(count: 1)
    unsafe memory.deallocate()
  }
}

/// Stands for any object: it has no existential of a protocol without requirements.
class KeptObject: @unchecked Sendable {}
