public import AffineLayers
public import AffineQuant
internal import Synchronization

/// What processes that run one decoder together send each other.
///
///     let exchange = LayerExchange(try Launcher.join())
///     let model = try LanguageModel("model.gguf", over: exchange)
public final class LayerExchange: TensorParallel {
  private let communicator: any Communicator
  private let sent = Atomic(0)

  /// Exchanges over ranks.
  public init(_ communicator: any Communicator) { self.communicator = communicator }

  public var rank: Int { communicator.rank }
  public var size: Int { communicator.size }
  /// Bytes that this process has sent to others so far.
  public var sentBytes: Int { sent.load(ordering: .relaxed) }

  public func share(_ bytes: Buffer<UInt8>) throws -> Buffer<UInt8> {
    sent.add(bytes.count * (size - 1), ordering: .relaxed)
    return try communicator.startShare(bytes).wait()
  }
}
