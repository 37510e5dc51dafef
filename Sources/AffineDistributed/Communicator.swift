public import AffineQuant

/// Processes that work together, each with a rank of its own.
///
/// Every call but ``Transfer/isDone()`` is one of all ranks, in the same order on each of them; those of
/// ``startShare(_:)`` have an order of their own. One thread makes all calls.
public protocol Communicator: Sendable {
  /// The number of this process, from 0.
  var rank: Int { get }
  /// How many processes there are.
  var size: Int { get }

  /// Starts to sum numbers over ranks, in an order that may depend on ``size``; as many on each.
  ///
  /// - Returns: What ends with the sums, as the bytes of `Double`s.
  /// - Throws: ``CommunicationError``.
  func startSum(_ values: [Double]) throws(CommunicationError) -> any Transfer

  /// Starts to send part r of some bytes to rank r; ``size`` parts of one length, the same on each rank.
  ///
  /// - Returns: What ends with the parts that are for this rank, in the order of ranks.
  /// - Throws: ``CommunicationError``.
  func startExchange(_ parts: Buffer<UInt8>) throws(CommunicationError) -> any Transfer

  /// Starts to send parts of some bytes to ranks, `counts[r]` of them to rank r; the same counts on each rank.
  ///
  /// - Returns: What ends with the parts that are for this rank, in the order of ranks.
  /// - Throws: ``CommunicationError``.
  func startExchange(
    _ parts: Buffer<UInt8>, counts: [Int]
  ) throws(CommunicationError) -> any Transfer

  /// Starts to send some bytes to all ranks; as many from each.
  ///
  /// - Returns: What ends with the bytes of all ranks, in their order.
  /// - Throws: ``CommunicationError``.
  func startShare(_ bytes: Buffer<UInt8>) throws(CommunicationError) -> any Transfer

  /// Starts to send some bytes to all ranks, `counts[r]` of rank r.
  ///
  /// - Returns: What ends with the bytes of all ranks, in their order.
  /// - Throws: ``CommunicationError``.
  func startShare(
    _ bytes: Buffer<UInt8>, counts: [Int]
  ) throws(CommunicationError) -> any Transfer

  /// The bytes of every rank, on one of them; on the others nothing.
  ///
  /// - Throws: ``CommunicationError``.
  func gather(
    _ bytes: Buffer<UInt8>, to root: Int
  ) throws(CommunicationError) -> [Buffer<UInt8>]

  /// The bytes of one rank, on all of them; what others give is not read.
  ///
  /// - Throws: ``CommunicationError``.
  func broadcast(
    _ bytes: Buffer<UInt8>, from root: Int
  ) throws(CommunicationError) -> Buffer<UInt8>

  /// Waits until all ranks are here.
  ///
  /// - Throws: ``CommunicationError``.
  func barrier() throws(CommunicationError)

  /// What this rank and all others say as they leave, if they all do.
  ///
  /// - Parameters:
  ///   - words: Why this rank leaves.
  ///   - patience: How long it waits for the others.
  /// - Returns: The words of all ranks; `nil`: not all leave.
  /// - Throws: ``CommunicationError``.
  func leave(_ words: String, patience: Duration?) throws(CommunicationError) -> [String]?

  /// Ends all ranks at once.
  func abort(code: Int32)
}

/// A call that goes on while its caller does something else.
public protocol Transfer: AnyObject {
  /// Whether it has ended; it goes on in this call and others of its communicator.
  ///
  /// - Throws: ``CommunicationError``.
  func isDone() throws(CommunicationError) -> Bool

  /// Waits for its end.
  ///
  /// - Returns: What arrived.
  /// - Throws: ``CommunicationError``.
  func wait() throws(CommunicationError) -> Buffer<UInt8>
}

/// What keeps ranks from talking to each other.
public struct CommunicationError: Error, Hashable, CustomStringConvertible {
  public let description: String

  /// Takes what happened, in one sentence.
  public init(_ description: String) { self.description = description }
}

extension Communicator {
  /// Sums over ranks, in an order that may depend on ``size``.
  ///
  /// - Parameter values: As many on all ranks.
  /// - Returns: As many sums, the same on all ranks.
  /// - Throws: ``CommunicationError``.
  public func sum(_ values: [Double]) throws(CommunicationError) -> [Double] {
    try startSum(values).wait().viewed(as: Double.self).array
  }

  /// The bytes of all ranks, each as many as it has, on all of them.
  ///
  /// - Parameter bytes: What this rank gives; it may be nothing.
  /// - Returns: Those of each rank, in the order of the ranks.
  /// - Throws: ``CommunicationError``.
  public func share(_ bytes: Buffer<UInt8>) throws(CommunicationError) -> [Buffer<UInt8>] {
    let counts = try startShare(Buffer([bytes.count]).bytes).wait().viewed(as: Int.self).array
    // One call counts its bytes with Int32.
    guard counts.reduce(0, +) <= Int32.max else {
      var all: [Buffer<UInt8>] = []
      for root in 0..<size { all.append(try broadcast(bytes, from: root)) }
      return all
    }
    let all = try startShare(bytes, counts: counts).wait()
    var first = 0
    return counts.map { count in
      defer { first += count }
      return all.part(first..<first + count)
    }
  }
}
