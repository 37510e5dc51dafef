import AffineDistributed
import AffineQuant
import Synchronization

/// Ranks that note the most bytes of one call that shares.
final class NotingRanks: Communicator {
  private let ranks: ThreadRanks
  private let most = Atomic(0)

  init(_ ranks: ThreadRanks) { self.ranks = ranks }

  var rank: Int { ranks.rank }
  var size: Int { ranks.size }
  var mostShared: Int { most.load(ordering: .relaxed) }

  func startShare(_ bytes: Buffer<UInt8>) -> any Transfer {
    most.max(bytes.count, ordering: .relaxed)
    return ranks.startShare(bytes)
  }

  func startShare(_ bytes: Buffer<UInt8>, counts: [Int]) -> any Transfer {
    most.max(bytes.count, ordering: .relaxed)
    return ranks.startShare(bytes, counts: counts)
  }

  func startSum(_ values: [Double]) -> any Transfer { ranks.startSum(values) }
  func startExchange(_ parts: Buffer<UInt8>) -> any Transfer { ranks.startExchange(parts) }
  func startExchange(_ parts: Buffer<UInt8>, counts: [Int]) -> any Transfer {
    ranks.startExchange(parts, counts: counts)
  }
  func gather(_ bytes: Buffer<UInt8>, to root: Int) -> [Buffer<UInt8>] {
    ranks.gather(bytes, to: root)
  }
  func broadcast(_ bytes: Buffer<UInt8>, from root: Int) -> Buffer<UInt8> {
    ranks.broadcast(bytes, from: root)
  }
  func barrier() { ranks.barrier() }
  func leave(_ words: String, patience: Duration?) -> [String]? { nil }
  func abort(code: Int32) {}
}
