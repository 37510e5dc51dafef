import AffineDistributed
import AffineQuant
import AffineTraining
import Foundation
import Synchronization
import Testing

/// A network on which no call ends before it is waited for.
@Suite struct SlowNetworkTests {
  /// All ranks may send a whole bucket to one of them.
  @Test(arguments: [1, 2, 16, 64, 65, 1024, 4096])
  func aBucketForAnOwnerFitsIntoWhatTravels(ranks: Int) {
    let options = ExchangeOptions()
    let bytes = options.ownedBucket(ranks: ranks) * MemoryLayout<Float>.stride * ranks
    #expect(options.underWay / 2 < bytes && bytes <= options.underWay || ranks < 64)
    #expect(bytes <= options.underWay)
  }

  /// Of a model of 100 buckets not more than some wait at a time, whoever sums are for.
  @Test(arguments: [false, true], [ExchangeFormat.float32, .int8])
  func bucketsUnderWayAreFew(_ areOwned: Bool, _ format: ExchangeFormat) throws {
    let network = SlowNetwork()
    var options = ExchangeOptions()
    (options.exchange, options.bucket, options.feedsBackErrors) = (format, 256, false)
    // Eight buckets of 256 values, that are sent and arrive, with a scale of four bytes in int8.
    options.underWay = 8 * 2 * (format == .float32 ? 1024 : 260)
    let exchange = GradientExchange(network, options)
    let gradient = Matrix<Float>(rows: 25, columns: 256) { Float($0 * 7 + $1 % 5 - 80) }
    exchange.begin(
      Array(repeating: gradient.shape, count: 4), owners: areOwned ? [0, 0, 0, 0] : nil, step: 0,
      seed: 1, on: .threads(1))
    for parameter in (0..<4).reversed() { try exchange.add(gradient, of: parameter) }
    let started = network.most.load(ordering: .relaxed)
    #expect(started > 1 && started <= 9)
    // What is waited for in the backward pass counts as much as what is waited for after it.
    #expect(exchange.times.waiting >= SlowTransfer.delay * (100 - 9))
    let sums = try exchange.finish()
    #expect(network.open.load(ordering: .relaxed) == 0)
    #expect(sums.count == 4)
    // A scale is the largest magnitude by 127, and a code rounds at random by less than one of it.
    let bound: Float = format == .float32 ? 0 : 92 / 127 * 2
    for sum in sums.values {
      for (value, expected) in zip(sum.values.array, gradient.values.array) {
        #expect(abs(value - expected) <= bound)
      }
    }
  }
}

/// One process whose messages to itself take as long as they may.
private final class SlowNetwork: Communicator {
  let rank = 0
  let size = 1
  let open = Atomic(0)
  let most = Atomic(0)

  func startSum(_ values: [Double]) -> any Transfer { send(Buffer(values).bytes) }
  func startExchange(_ parts: Buffer<UInt8>) -> any Transfer { send(parts) }
  func startExchange(_ parts: Buffer<UInt8>, counts: [Int]) -> any Transfer { send(parts) }
  func startShare(_ bytes: Buffer<UInt8>) -> any Transfer { send(bytes) }
  func startShare(_ bytes: Buffer<UInt8>, counts: [Int]) -> any Transfer { send(bytes) }
  func gather(_ bytes: Buffer<UInt8>, to root: Int) -> [Buffer<UInt8>] { [bytes] }
  func broadcast(_ bytes: Buffer<UInt8>, from root: Int) -> Buffer<UInt8> { bytes }
  func barrier() {}
  func leave(_ words: String, patience: Duration?) -> [String]? { [words] }
  func abort(code: Int32) {}

  private func send(_ bytes: Buffer<UInt8>) -> any Transfer {
    let now = open.add(1, ordering: .relaxed).newValue
    most.max(now, ordering: .relaxed)
    return SlowTransfer(bytes, on: self)
  }
}

private final class SlowTransfer: Transfer {
  static let delay = Duration.microseconds(100)
  private let bytes: Buffer<UInt8>
  private let network: SlowNetwork
  private var isOver = false

  init(_ bytes: Buffer<UInt8>, on network: SlowNetwork) {
    (self.bytes, self.network) = (bytes, network)
  }

  func isDone() -> Bool { isOver }

  func wait() -> Buffer<UInt8> {
    if !isOver {
      Thread.sleep(forTimeInterval: Self.delay / .seconds(1))
      network.open.subtract(1, ordering: .relaxed)
    }
    isOver = true
    return bytes
  }
}
