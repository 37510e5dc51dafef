/// A regular expression of the kind that configurations name modules by.
///
/// Alternatives, groups, sets, `. \d \w \s`, anchors, lookahead, and repetitions `* + ?`: what is
/// in use, matched by sets of places instead of by trial, so that no expression takes exponential
/// time. Counted repetitions and references are refused.
package struct NameExpression: Sendable {
  /// A part of an expression.
  indirect enum Node: Sendable {
    case one(NameCharacters)
    case sequence([Node])
    case choice([Node])
    case repeated(Node, atLeast: Int, once: Bool)
    case lookahead(Node, isNegative: Bool)
    case start, end
  }

  /// Longer names than any module's do not match, which bounds the time.
  private static let longestName = 512

  private let root: Node

  /// Parses an expression; `nil` if it is none, or has something that is not listed above.
  package init?(_ text: String) {
    var parser = NameExpressionParser(text)
    guard let root = parser.parse() else { return nil }
    self.root = root
  }

  /// Whether the beginning of a name, or all of it, matches.
  package func begins(_ name: String) -> Bool {
    let characters = Array(name.unicodeScalars)
    guard characters.count <= Self.longestName else { return false }
    return !Self.ends(of: root, in: characters, from: [0]).isEmpty
  }

  /// The places that a match may end at which starts at one of some places.
  private static func ends(
    of node: Node, in name: [Unicode.Scalar], from starts: Set<Int>
  ) -> Set<Int> {
    switch node {
    case .one(let characters):
      Set(starts.filter { $0 < name.count && characters.contains(name[$0]) }.map { $0 + 1 })
    case .sequence(let nodes): nodes.reduce(starts) { ends(of: $1, in: name, from: $0) }
    case .choice(let nodes):
      nodes.reduce(into: []) { $0.formUnion(ends(of: $1, in: name, from: starts)) }
    case .repeated(let node, let least, let once):
      repeatedEnds(of: node, in: name, from: starts, atLeast: least, once: once)
    case .lookahead(let node, let isNegative):
      starts.filter { ends(of: node, in: name, from: [$0]).isEmpty == isNegative }
    case .start: starts.intersection([0])
    case .end: starts.intersection([name.count])
    }
  }

  private static func repeatedEnds(
    of node: Node, in name: [Unicode.Scalar], from starts: Set<Int>, atLeast least: Int, once: Bool
  ) -> Set<Int> {
    var reached: Set<Int> = least == 0 ? starts : []
    var new = starts
    repeat {
      new = ends(of: node, in: name, from: new).subtracting(reached)
      reached.formUnion(new)
    } while !once && !new.isEmpty
    return reached
  }
}

/// The characters that one place of an expression takes.
struct NameCharacters: Sendable {
  var ranges: [ClosedRange<Unicode.Scalar>]
  var isComplement = false

  static let any = NameCharacters(ranges: [], isComplement: true)
  static let digits = NameCharacters(ranges: ["0"..."9"])
  static let words = NameCharacters(ranges: ["0"..."9", "A"..."Z", "a"..."z", "_"..."_"])
  static let spaces = NameCharacters(ranges: [" "..." ", "\t"..."\r"])

  func contains(_ character: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(character) } != isComplement
  }
}
