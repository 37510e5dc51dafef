internal import AffineQuant

/// Which group each column belongs to, as a checkpoint's `g_idx` says.
enum GroupIndex {
  /// The columns in an order that makes groups contiguous; `nil`: they are.
  ///
  /// - Throws: ``QuantizedCheckpointError``: groups that no order makes runs of the block's columns.
  static func order(
    _ part: String, _ columns: Int, _ block: Block, _ format: String, _ tensors: CheckpointTensors
  ) throws(QuantizedCheckpointError) -> [Int]? {
    let groups = try tensors.integers(part)
    guard groups.count == columns else {
      throw .shape(
        tensor: part, found: [groups.count], reason: "the weight has \(columns) columns")
    }
    let size = block.columns
    // Writers leave −1 where they never set it.
    if groups.allSatisfy({ $0 == -1 }) || groups.enumerated().allSatisfy({ $1 == $0 / size }) {
      return nil
    }
    let sorted = groups.indices.sorted { (groups[$0], $0) < (groups[$1], $1) }
    guard sorted.enumerated().allSatisfy({ groups[$1] == $0 / size }) else {
      throw .unsupported(format: format, feature: "groups of other sizes than \(size) in \(part)")
    }
    return sorted
  }
}
