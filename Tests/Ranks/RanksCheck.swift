import AffineDistributed
import AffineQuant

/// Checks what ranks exchange against what they know of each other: every rank has numbers that all can
/// compute. Run by a launcher or alone; the first mismatch ends all ranks.
@main
enum RanksCheck {
  static func main() throws {
    let ranks = try Launcher.join()
    if CommandLine.arguments.dropFirst() == ["--measure"] { return try measure(ranks) }
    try collectives(ranks)
    for format in ExchangeFormat.allCases {
      try gradients(ranks, format, owned: false)
      try gradients(ranks, format, owned: true)
    }
    try cards(ranks)
    if ranks.rank == 0 { print("\(ranks.size) ranks exchange what they should") }
    let words = try ranks.leave("", patience: nil)
    guard words?.count == ranks.size else { fatalError("\(ranks.size) ranks left: \(words ?? [])") }
  }

  static func expect(
    _ isRight: Bool, _ ranks: any Communicator, _ what: @autoclosure () -> String
  ) {
    guard !isRight else { return }
    print("rank \(ranks.rank) of \(ranks.size): \(what())")
    ranks.abort(code: 1)
    fatalError(what())
  }
}
