internal import AffineQuant

/// Which part of the work each of several ranks does.
struct Shares {
  let rank, size: Int
  private let isFixedOrder: Bool

  init(_ parallel: (any DataParallel)?) {
    (rank, size) = (parallel?.rank ?? 0, parallel?.size ?? 1)
    isFixedOrder = parallel?.isFixedOrder ?? false
  }

  /// Refuses settings that ranks cannot divide.
  ///
  /// - Throws: ``TrainingError/model(_:)``.
  func check(_ settings: TrainingSettings) throws(TrainingError) {
    guard isFixedOrder else { return _ = try part(of: settings.batch, "a batch") }
    guard size.nonzeroBitCount == 1 else {
      throw .model("sums in a fixed order need ranks that are a power of two, not \(size)")
    }
    _ = try part(of: settings.batch * settings.accumulation, "a step")
  }

  /// The part of this rank of what all divide evenly.
  ///
  /// - Throws: ``TrainingError/model(_:)``.
  func part(of count: Int, _ what: String) throws(TrainingError) -> Range<Int> {
    guard count.isMultiple(of: size) else {
      throw .model("\(what) of \(count) windows does not divide among \(size) ranks")
    }
    let each = count / size
    return rank * each..<(rank + 1) * each
  }

  /// How many windows of a batch run in one pass.
  func together(_ settings: TrainingSettings) -> Int {
    isFixedOrder ? 1 : settings.batch / size
  }
}
