public import AffineLayers
public import AffineQuant
internal import Synchronization

/// What ranks that run one decoder together send each other.
///
///     let exchange = LayerExchange(try Launcher.join())
///     let model = try LanguageModel("model.gguf", over: exchange)
public final class LayerExchange: TensorParallel {
  private let communicator: any Communicator
  private let sent = Atomic(0)
  /// Bytes of one call: what arrives is twice in memory for as long as it is put in order.
  static let mostAtOnce = 1 << 24

  /// Exchanges over ranks.
  public init(_ communicator: any Communicator) { self.communicator = communicator }

  public var rank: Int { communicator.rank }
  public var size: Int { communicator.size }
  /// Bytes that this rank has sent to others so far.
  public var sentBytes: Int { sent.load(ordering: .relaxed) }

  public func share(_ bytes: Buffer<UInt8>) throws -> Buffer<UInt8> {
    sent.add(bytes.count * (size - 1), ordering: .relaxed)
    guard bytes.count > Self.mostAtOnce else { return try communicator.startShare(bytes).wait() }
    let count = bytes.count
    return try Buffer<UInt8>(count: count * size, zeroed: false) { all in
      for first in stride(from: 0, to: count, by: Self.mostAtOnce) {
        let part = min(Self.mostAtOnce, count - first)
        let parts = try communicator.startShare(bytes.part(first..<first + part)).wait()
        for rank in 0..<size {
          all.copy(parts, rank * part..<(rank + 1) * part, to: rank * count + first)
        }
      }
    }
  }
}
