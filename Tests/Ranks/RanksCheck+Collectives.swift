import AffineDistributed
import AffineQuant

extension RanksCheck {
  /// Byte `index` that rank `from` sends to rank `to`.
  private static func byte(_ from: Int, _ to: Int, _ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: from &* 71 &+ to &* 31 &+ index &* 7)
  }

  static func collectives(_ ranks: any Communicator) throws {
    let (rank, size) = (ranks.rank, ranks.size)
    // Powers of two: exact in any order.
    let sums = try ranks.sum([Double(1 << rank), 1, 0])
    expect(sums == [Double(1 << size - 1), Double(size), 0], ranks, "sums are \(sums)")

    for count in [0, 1, 1000, 300_000] {
      let parts = Buffer(
        (0..<size).flatMap { to in (0..<count).map { byte(rank, to, $0) } })
      let arrived = try ranks.startExchange(parts).wait().array
      let expected = (0..<size).flatMap { from in (0..<count).map { byte(from, rank, $0) } }
      expect(arrived == expected, ranks, "\(count) exchanged bytes are not those that were sent")

      // Each rank gets another length, and the first nothing.
      let counts = (0..<size).map { count * $0 }
      let lots = Buffer(
        (0..<size).flatMap { to in (0..<counts[to]).map { byte(rank, to, $0) } })
      let taken = try ranks.startExchange(lots, counts: counts).wait().array
      let meant = (0..<size).flatMap { from in
        (0..<counts[rank]).map { byte(from, rank, $0) }
      }
      expect(taken == meant, ranks, "\(count) bytes a part are not those that were sent")

      let own = Buffer((0..<count).map { byte(rank, 0, $0) })
      let all = (0..<size).flatMap { from in (0..<count).map { byte(from, 0, $0) } }
      expect(try ranks.startShare(own).wait().array == all, ranks, "\(count) shared bytes")

      for root in 0..<size {
        let sent = try ranks.broadcast(own, from: root).array
        expect(sent == (0..<count).map { byte(root, 0, $0) }, ranks, "\(count) bytes of \(root)")
      }
      // Each rank has another length, and one has none.
      let uneven = Buffer((0..<count * rank).map { byte(rank, 1, $0) })
      let shared = try ranks.share(uneven).map(\.array)
      let gathered = try ranks.gather(uneven, to: size - 1).map(\.array)
      let lengths = (0..<size).map { from in (0..<count * from).map { byte(from, 1, $0) } }
      expect(shared == lengths, ranks, "\(count) bytes a rank are not those that were shared")
      expect(gathered == (rank == size - 1 ? lengths : []), ranks, "\(count) gathered bytes")
    }

    // Many calls at one time end in any order.
    let many = try (0..<20).map { try ranks.startShare(Buffer([UInt8($0), UInt8(rank)])) }
    for (index, transfer) in many.enumerated().reversed() {
      while try !transfer.isDone() {}
      let pairs = (0..<size).flatMap { [UInt8(index), UInt8($0)] }
      expect(try transfer.wait().array == pairs, ranks, "call \(index) of many")
    }
    try ranks.barrier()
  }

  /// A difference is found by all ranks, and named.
  static func cards(_ ranks: any Communicator) throws {
    var card = RankCard()
    card.add("build", "1")
    card.add("text", "a\u{301} book")
    try card.compare(over: ranks)
    guard ranks.size > 1 else { return }
    card.add("list of options", ranks.rank == ranks.size - 1 ? "b" : "a")
    do {
      try card.compare(over: ranks)
      expect(false, ranks, "two lists of options are taken for one")
    } catch {
      let expected = "rank \(ranks.size - 1) has another list of options than rank 0: b, not a"
      expect("\(error)" == expected, ranks, "\(error)")
    }
  }
}
