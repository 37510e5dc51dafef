public import AffineQuant

/// Ranks that run one decoder together, processes with a number each, and each with its rows of every weight.
///
/// Every call is one of all ranks, in the same order on each of them.
public protocol TensorParallel: Sendable {
  /// The number of this rank, from 0.
  var rank: Int { get }
  /// How many ranks there are.
  var size: Int { get }

  /// The bytes of all ranks in their order, on each of them; as many from each.
  ///
  /// - Throws: What they exchange through throws.
  func share(_ bytes: Buffer<UInt8>) throws -> Buffer<UInt8>
}
