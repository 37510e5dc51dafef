public import AffineQuant

/// Processes that run one decoder together, each with its rows of every weight.
///
/// Every call is one of all processes, in the same order on each of them.
public protocol TensorParallel: Sendable {
  /// The number of this process, from 0.
  var rank: Int { get }
  /// How many processes there are.
  var size: Int { get }

  /// The bytes of all processes in their order, on each of them; as many from each.
  ///
  /// - Throws: What they exchange through throws.
  func share(_ bytes: Buffer<UInt8>) throws -> Buffer<UInt8>
}
