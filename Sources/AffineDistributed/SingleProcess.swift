public import AffineQuant

/// One process alone: what it sends comes back.
public struct SingleProcess: Communicator {
  public let rank = 0
  public let size = 1

  /// Needs nothing.
  public init() {}

  public func startSum(_ values: [Double]) -> any Transfer { Ended(Buffer(values).bytes) }
  public func startExchange(_ parts: Buffer<UInt8>) -> any Transfer { Ended(parts) }
  public func startExchange(_ parts: Buffer<UInt8>, counts: [Int]) -> any Transfer { Ended(parts) }
  public func startShare(_ bytes: Buffer<UInt8>) -> any Transfer { Ended(bytes) }
  public func startShare(_ bytes: Buffer<UInt8>, counts: [Int]) -> any Transfer { Ended(bytes) }
  public func gather(_ bytes: Buffer<UInt8>, to root: Int) -> [Buffer<UInt8>] { [bytes] }
  public func broadcast(_ bytes: Buffer<UInt8>, from root: Int) -> Buffer<UInt8> { bytes }
  public func barrier() {}
  public func leave(_ words: String, patience: Duration?) -> [String]? { [words] }
  public func abort(code: Int32) {}
}

/// A call that ended as it began.
private final class Ended: Transfer {
  private let bytes: Buffer<UInt8>

  init(_ bytes: Buffer<UInt8>) { self.bytes = bytes }

  func isDone() -> Bool { true }
  func wait() -> Buffer<UInt8> { bytes }
}
