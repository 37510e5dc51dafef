internal import AffineQuant

/// What all ranks of a run must have in common, by name.
public struct RankCard: Sendable, Hashable {
  private var names: [String] = []
  private var values: [String] = []

  /// Says nothing yet.
  public init() {}

  /// Adds something; as much and in the same order on all ranks.
  ///
  /// - Parameters:
  ///   - name: What differs, for the error.
  ///   - value: What must be the same on all ranks.
  public mutating func add(_ name: String, _ value: String) {
    names.append(name)
    values.append(value)
  }

  /// Compares the cards of all ranks.
  ///
  /// - Parameter communicator: Of the ranks, all of which call this.
  /// - Throws: ``CommunicationError``: the first difference to rank 0, the same error on all ranks.
  public func compare(over communicator: any Communicator) throws(CommunicationError) {
    var cards: [[String]] = []
    // Texts end with a zero, which none of them holds.
    let text = values.map { Array($0.utf8.filter { $0 != 0 }) + [0] }
    for bytes in try communicator.share(Buffer(text.flatMap { $0 })) {
      let parts = bytes.array.split(separator: 0, omittingEmptySubsequences: false)
      cards.append(parts.dropLast().map { String(decoding: $0, as: UTF8.self) })
    }
    for (rank, card) in cards.enumerated() {
      for (name, pair) in zip(names, zip(cards[0], card)) where pair.0 != pair.1 {
        throw CommunicationError(
          "rank \(rank) has another \(name) than rank 0: \(pair.1), not \(pair.0)")
      }
      guard card.count == cards[0].count else {
        throw CommunicationError("rank \(rank) is another build than rank 0")
      }
    }
  }
}
