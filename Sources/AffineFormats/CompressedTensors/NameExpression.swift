/// A regular expression of the kind that configurations name modules by.
///
/// Alternatives, groups, sets, `. \d \w \s`, anchors, lookahead, and repetitions `* + ?`: what is
/// in use. Counted repetitions and references are refused.
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

  /// Longer ones than any in use are refused, and longer names than any module's do not match: the time
  /// of a match is their product.
  private static let longestExpression = 512
  private static let longestName = 512

  private let automaton: NameAutomaton

  /// Parses an expression; `nil` if it is none, or has something that is not listed above.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.longestExpression else { return nil }
    var parser = NameExpressionParser(text)
    guard let root = parser.parse() else { return nil }
    automaton = NameAutomaton(root)
  }

  /// Whether the beginning of a name, or all of it, matches.
  ///
  /// - Complexity: O(expression · name), whatever repeats and looks ahead.
  package func begins(_ name: String) -> Bool {
    let characters = Array(name.unicodeScalars.prefix(Self.longestName + 1))
    guard characters.count <= Self.longestName else { return false }
    return automaton.begins(characters)
  }
}

/// The characters that one place of an expression takes.
struct NameCharacters: Hashable, Sendable {
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
