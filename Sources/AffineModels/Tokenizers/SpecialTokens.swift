/// Finds the names of special tokens in a text.
struct SpecialTokens: Sendable {
  private struct Entry: Sendable {
    let name: [UInt8]
    let token: Int
    /// Whether it is text even where control tokens are not looked for.
    let isAlwaysFound: Bool
  }

  /// A part of a text: one special token, or text to be tokenized.
  struct Fragment: Equatable {
    let range: Range<Int>
    let token: Int?
  }

  /// The longest first.
  private let entries: [Entry]
  /// By first byte, places in `entries`.
  private let starts: [[Int]]

  /// Takes the tokens that have a name; the longest is found first, wherever it stands.
  init(_ tokens: [(name: [UInt8], token: Int, isAlwaysFound: Bool)]) {
    entries = tokens.lazy.filter { !$0.name.isEmpty }
      .map { Entry(name: $0.name, token: $0.token, isAlwaysFound: $0.isAlwaysFound) }
      .sorted { ($1.name.count, $0.token) < ($0.name.count, $1.token) }
    var starts = [[Int]](repeating: [], count: 256)
    for (place, entry) in entries.enumerated() { starts[Int(entry.name[0])].append(place) }
    self.starts = starts
  }

  /// The parts of a text, in order, without empty ones.
  func fragments(of text: [UInt8], parseSpecial: Bool) -> [Fragment] {
    let found = disjoint(matches(in: text, parseSpecial: parseSpecial), in: text.count)
    var fragments: [Fragment] = []
    var position = 0
    for (start, place) in found {
      if position < start { fragments.append(Fragment(range: position..<start, token: nil)) }
      position = start + entries[place].name.count
      fragments.append(Fragment(range: start..<position, token: entries[place].token))
    }
    if position < text.count {
      fragments.append(Fragment(range: position..<text.count, token: nil))
    }
    return fragments
  }

  private func matches(in text: [UInt8], parseSpecial: Bool) -> [(start: Int, place: Int)] {
    guard parseSpecial || entries.contains(where: \.isAlwaysFound) else { return [] }
    var matches: [(start: Int, place: Int)] = []
    for start in text.indices {
      for place in starts[Int(text[start])] {
        let entry = entries[place]
        if parseSpecial || entry.isAlwaysFound, text[start...].starts(with: entry.name) {
          matches.append((start, place))
        }
      }
    }
    return matches
  }

  /// The matches that stay when longer ones, then earlier ones, go first; in the order of the text.
  private func disjoint(
    _ matches: [(start: Int, place: Int)], in count: Int
  ) -> [(start: Int, place: Int)] {
    guard !matches.isEmpty else { return [] }
    var isTaken = [Bool](repeating: false, count: count)
    var kept: [(start: Int, place: Int)] = []
    for match in matches.sorted(by: { ($0.place, $0.start) < ($1.place, $1.start) }) {
      let range = match.start..<match.start + entries[match.place].name.count
      // A taken range is at least as long, so it covers an end of this one if they overlap.
      guard !isTaken[range.lowerBound], !isTaken[range.upperBound - 1] else { continue }
      for index in range { isTaken[index] = true }
      kept.append(match)
    }
    return kept.sorted { $0.start < $1.start }
  }
}
