/// Finds the names of special tokens in a text.
struct SpecialTokens: Sendable {
  /// A part of a text: one special token, or text to be tokenized.
  struct Fragment: Equatable {
    let range: Range<Int>
    let token: Int?
  }

  /// All tokens, and those that are found even where control tokens are not looked for.
  private let all, always: Names
  /// By token, where it may stand, if anything is said of that.
  private let rules: [Int: AddedTokenRule]

  /// Takes the tokens that have a name; the longest is found first, wherever it stands.
  init(
    _ tokens: [(name: [UInt8], token: Int, isAlwaysFound: Bool)],
    rules: [Int: AddedTokenRule] = [:]
  ) {
    self.rules = rules
    all = Names(tokens.map { ($0.name, $0.token) })
    always = Names(tokens.filter(\.isAlwaysFound).map { ($0.name, $0.token) })
  }

  /// The parts of a text, in order, without empty ones.
  ///
  /// - Complexity: O(text · log text), but for at most one step a byte and name in one another.
  func fragments(of text: [UInt8], parseSpecial: Bool) -> [Fragment] {
    var fragments: [Fragment] = []
    var position = 0
    for found in (parseSpecial ? all : always).disjoint(in: text) {
      var range = found.range
      // An earlier one may have taken spaces that begin this one.
      guard range.lowerBound >= position else { continue }
      if let rule = found.token.flatMap({ rules[$0] }) {
        guard let ruled = rule.range(range, in: text, from: position) else { continue }
        range = ruled
      }
      if position < range.lowerBound {
        fragments.append(Fragment(range: position..<range.lowerBound, token: nil))
      }
      fragments.append(Fragment(range: range, token: found.token))
      position = range.upperBound
    }
    if position < text.count {
      fragments.append(Fragment(range: position..<text.count, token: nil))
    }
    return fragments
  }
}

/// Tokens by their names, the longest first.
private struct Names: Sendable {
  private let tokens: [Int]
  private let finder: NameFinder

  /// Where a name ends lies in as many bits of a candidate, below the number of the name.
  private static let endBits: UInt64 = 40

  init(_ tokens: [(name: [UInt8], token: Int)]) {
    var names: Set<[UInt8]> = [[]]
    let sorted = tokens.sorted { ($1.name.count, $0.token) < ($0.name.count, $1.token) }
      .filter { names.insert($0.name).inserted }
    self.tokens = sorted.map(\.token)
    finder = NameFinder(sorted.map(\.name))
  }

  /// The names in a text that stay when longer ones, then earlier ones, go first; in the order of the
  /// text.
  func disjoint(in text: [UInt8]) -> [SpecialTokens.Fragment] {
    guard !tokens.isEmpty else { return [] }
    // At each place the longest name that ends there and may still stay.
    var candidates = MinimumHeap()
    finder.forEachEnd(in: text) { candidates.push(Self.candidate($0, $1)) }
    var kept: [SpecialTokens.Fragment] = []
    // For each byte of a name that stays, where that ends.
    var ends: [Int] = []
    while let candidate = candidates.pop() {
      let (name, end) = Self.parts(candidate)
      if ends.isEmpty { ends = [Int](repeating: 0, count: text.count) }
      let range = end - finder.names[name].count..<end
      // What stays is at least as long, so it covers an end of this one if they overlap.
      guard ends[end - 1] == 0 else { continue }
      if ends[range.lowerBound] == 0 {
        for index in range { ends[index] = end }
        kept.append(SpecialTokens.Fragment(range: range, token: tokens[name]))
      } else if let shorter = longest(after: ends[range.lowerBound], to: end, below: name) {
        candidates.push(Self.candidate(shorter, end))
      }
    }
    return kept.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// The longest name that another one ends with, and that begins at a place or later.
  private func longest(after start: Int, to end: Int, below name: Int) -> Int? {
    var name = finder.names[name].shorter
    while name >= 0, end - finder.names[name].count < start { name = finder.names[name].shorter }
    return name >= 0 ? name : nil
  }

  private static func candidate(_ name: Int, _ end: Int) -> UInt64 {
    UInt64(name) << endBits | UInt64(end)
  }

  private static func parts(_ candidate: UInt64) -> (name: Int, end: Int) {
    (Int(candidate >> endBits), Int(candidate & (1 << endBits - 1)))
  }
}
