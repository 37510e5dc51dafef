import AffineDistributed
import AffineQuant
import Foundation

/// Ranks that are threads of this process: every call waits until all have made it.
struct ThreadRanks: Communicator {
  let rank: Int
  private let place: MeetingPlace

  var size: Int { place.size }

  /// Runs the same on every rank.
  static func run<Result: Sendable>(
    _ size: Int, _ body: @escaping @Sendable (ThreadRanks) throws -> Result
  ) throws -> [Result] {
    let (place, results, group) = (MeetingPlace(size), Results<Result>(size), DispatchGroup())
    for rank in 0..<size {
      group.enter()
      Thread.detachNewThread {
        results.set(rank, Swift.Result { try body(ThreadRanks(rank: rank, place: place)) })
        group.leave()
      }
    }
    group.wait()
    return try results.all.map { try $0.get() }
  }

  func startSum(_ values: [Double]) -> any Transfer {
    let all = place.meet(rank, Buffer(values).bytes).map { $0.viewed(as: Double.self).array }
    let sums = values.indices.map { index in all.reduce(0) { $0 + $1[index] } }
    return Arrived(Buffer(sums).bytes)
  }

  func startExchange(_ parts: Buffer<UInt8>) -> any Transfer {
    let length = parts.count / size
    let all = place.meet(rank, parts).flatMap {
      $0.part(rank * length..<(rank + 1) * length).array
    }
    return Arrived(Buffer(all))
  }

  func startExchange(_ parts: Buffer<UInt8>, counts: [Int]) -> any Transfer {
    let first = counts[..<rank].reduce(0, +)
    let all = place.meet(rank, parts).flatMap {
      $0.part(first..<first + counts[rank]).array
    }
    return Arrived(Buffer(all))
  }

  func startShare(_ bytes: Buffer<UInt8>) -> any Transfer {
    Arrived(Buffer(place.meet(rank, bytes).flatMap(\.array)))
  }

  func startShare(_ bytes: Buffer<UInt8>, counts: [Int]) -> any Transfer { startShare(bytes) }

  func gather(_ bytes: Buffer<UInt8>, to root: Int) -> [Buffer<UInt8>] {
    let all = place.meet(rank, bytes)
    return rank == root ? all : []
  }

  func broadcast(_ bytes: Buffer<UInt8>, from root: Int) -> Buffer<UInt8> {
    place.meet(rank, bytes)[root]
  }

  func barrier() { _ = place.meet(rank, Buffer([])) }
  func leave(_ words: String, patience: Duration?) -> [String]? { nil }
  func abort(code: Int32) {}
}

private final class Arrived: Transfer {
  private let bytes: Buffer<UInt8>

  init(_ bytes: Buffer<UInt8>) { self.bytes = bytes }

  func isDone() -> Bool { true }
  func wait() -> Buffer<UInt8> { bytes }
}

/// Where threads wait for each other, and leave something for all.
private final class MeetingPlace: @unchecked Sendable {
  let size: Int
  private let condition = NSCondition()
  private var left: [Int: Buffer<UInt8>] = [:]
  private var last: [Buffer<UInt8>] = []
  private var meetings = 0

  init(_ size: Int) { self.size = size }

  func meet(_ rank: Int, _ bytes: Buffer<UInt8>) -> [Buffer<UInt8>] {
    condition.lock()
    defer { condition.unlock() }
    left[rank] = bytes
    if left.count == size {
      last = (0..<size).compactMap { left[$0] }
      left = [:]
      meetings += 1
      condition.broadcast()
      return last
    }
    let meeting = meetings
    // No thread leaves the next meeting before this one has read the last.
    while meetings == meeting { condition.wait() }
    return last
  }
}

private final class Results<Result: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var results: [Swift.Result<Result, any Error>?]

  init(_ count: Int) { results = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ result: Swift.Result<Result, any Error>) {
    lock.withLock { results[index] = result }
  }

  var all: [Swift.Result<Result, any Error>] { lock.withLock { results.compactMap(\.self) } }
}
