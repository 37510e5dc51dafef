/// Shared memory of `count` elements; a copy is a reference. It changes only for a value that alone
/// refers to it.
///
/// What is allocated here starts on a cache line. What belongs to another owner (a mapped file)
/// starts where the owner has it, aligned for `Element`.
@safe
public struct Buffer<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  /// How many elements there are.
  public let count: Int
  private let base: UnsafePointer<Element>
  /// What keeps the memory alive: an allocation, or else another owner.
  private var allocation: Allocation?
  private let owner: AnyObject?

  /// What keeps the memory alive.
  package var keeper: AnyObject {
    guard let keeper = allocation ?? owner else { preconditionFailure("memory without owner") }
    return keeper
  }

  /// The elements.
  public var span: Span<Element> {
    @_lifetime(borrow self)
    get {
      let span = unsafe Span(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Allocates memory and lets `initialize` write all of it; its content is zero before, or anything without
  /// `zeroed`.
  ///
  /// - Throws: What `initialize` throws.
  public init<Failure: Error>(
    count: Int, zeroed: Bool = true,
    initialize: (inout MutableSpan<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    try self.init(count: count, zeroed: zeroed, lasts: false, initialize: initialize)
  }

  /// The same; what lasts takes no more memory than it needs.
  package init<Failure: Error>(
    count: Int, zeroed: Bool, lasts: Bool,
    initialize: (inout MutableSpan<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    let allocation = Allocation(
      byteCount: count * MemoryLayout<Element>.stride, zeroed: zeroed, lasts: lasts)
    let start = unsafe allocation.start.bindMemory(to: Element.self, capacity: count)
    var span = unsafe MutableSpan(_unsafeStart: start, count: count)
    try initialize(&span)
    self.count = count
    unsafe self.base = UnsafePointer(start)
    self.allocation = allocation
    owner = nil
  }

  /// Refers to memory that `owner` keeps unchanged for as long as it lives.
  package init(unsafeStart base: UnsafePointer<Element>, count: Int, owner: AnyObject) {
    self.count = count
    unsafe self.base = unsafe base
    allocation = owner as? Allocation
    self.owner = allocation == nil ? owner : nil
  }

  /// A copy of an array.
  public init(_ elements: [Element]) {
    self.init(elements.span)
  }

  /// A copy of a span.
  public init(_ elements: borrowing Span<Element>) {
    let allocation =
      elements.isEmpty
      ? Allocation.nothing
      : Allocation(byteCount: elements.count * MemoryLayout<Element>.stride, zeroed: false)
    let start = unsafe allocation.start.bindMemory(to: Element.self, capacity: elements.count)
    unsafe elements.withUnsafeBufferPointer { source in
      guard let from = source.baseAddress else { return }
      unsafe start.update(from: from, count: source.count)
    }
    count = elements.count
    unsafe base = UnsafePointer(start)
    self.allocation = allocation
    owner = nil
  }

  /// One element, bounds checked.
  public subscript(index: Int) -> Element { span[index] }

  /// Whether both refer to the very same memory.
  public func isIdentical(to other: Self) -> Bool {
    unsafe base == other.base && count == other.count
  }

  /// Where the memory starts: the same for all that share it.
  package var address: UInt { unsafe UInt(bitPattern: base) }

  /// The memory, for as long as `self` lives.
  package var pointer: UnsafePointer<Element> { unsafe base }

  /// Lends the memory to change it, copied before if another value refers to it or it is a file's.
  package mutating func change<Result>(_ body: (DisjointMemory<Element>) -> Result) -> Result {
    if !isKnownUniquelyReferenced(&allocation) { self = Buffer(span) }
    var span = unsafe MutableSpan(
      _unsafeStart: UnsafeMutablePointer(mutating: base), count: count)
    let result = body(DisjointMemory(&span))
    withExtendedLifetime(allocation) {}
    return result
  }

  /// The elements as an array.
  public var array: [Element] {
    // The memory must outlive the copy, also where this value is not used again.
    withExtendedLifetime(self) { unsafe [Element](UnsafeBufferPointer(start: base, count: count)) }
  }

  /// The same memory, seen as raw bytes.
  package var bytes: Buffer<UInt8> {
    let byteCount = count * MemoryLayout<Element>.stride
    return unsafe Buffer<UInt8>(
      unsafeStart: UnsafeRawPointer(base).assumingMemoryBound(to: UInt8.self), count: byteCount,
      owner: keeper)
  }
}

extension Buffer: Equatable where Element: Equatable {
  public static func == (lhs: Self, rhs: Self) -> Bool {
    guard lhs.count == rhs.count else { return false }
    if lhs.isIdentical(to: rhs) { return true }
    let (left, right) = (lhs.span, rhs.span)
    return left.indices.allSatisfy { left[$0] == right[$0] }
  }
}
