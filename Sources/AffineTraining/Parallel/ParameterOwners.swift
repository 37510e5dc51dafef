internal import AffineQuant

/// Which of several ranks keeps each parameter of a model, or its moments.
struct ParameterOwners: Sendable {
  /// By parameter.
  private(set) var owners: [Int] = []
  private let rank: Int
  /// Values of each rank so far.
  private var loads: [Int]

  /// Of no parameters yet.
  init(_ shares: Shares) {
    rank = shares.rank
    loads = Array(repeating: 0, count: shares.size)
  }

  /// Of parameters that are all there; those that are frozen weigh nothing where only moments are divided.
  init(_ shares: Shares, of parameters: [Parameter], withFrozen: Bool) {
    self.init(shares)
    add(parameters.map { withFrozen || !$0.isFrozen ? $0.shape.count : 0 })
  }

  /// Gives the next parameters, of so many values each, to ranks: the largest first, each to the rank that
  /// has least.
  mutating func add(_ counts: [Int]) {
    let first = owners.count
    owners += counts.map { _ in 0 }
    for index in counts.indices.sorted(by: { (counts[$1], $0) < (counts[$0], $1) }) {
      let least = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
      owners[first + index] = least
      loads[least] += counts[index]
    }
  }

  /// Whether another rank has a parameter.
  func isElsewhere(_ parameter: Int) -> Bool { owners[parameter] != rank }
}
