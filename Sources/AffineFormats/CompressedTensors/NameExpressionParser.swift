/// Parses a regular expression; every function gives `nil` for what is not one.
struct NameExpressionParser {
  /// Deeper than any expression in use, far from any stack's end.
  private static let maximumDepth = 16

  private let text: [Unicode.Scalar]
  private var position = 0

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  private var current: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == character else { return false }
    position += 1
    return true
  }

  mutating func parse() -> NameExpression.Node? {
    guard let node = choice(depth: 0), position == text.count else { return nil }
    return node
  }

  private mutating func choice(depth: Int) -> NameExpression.Node? {
    guard depth < Self.maximumDepth else { return nil }
    var alternatives: [NameExpression.Node] = []
    repeat {
      guard let sequence = sequence(depth: depth) else { return nil }
      alternatives.append(sequence)
    } while take("|")
    return .choice(alternatives)
  }

  private mutating func sequence(depth: Int) -> NameExpression.Node? {
    var nodes: [NameExpression.Node] = []
    while let character = current, character != "|", character != ")" {
      guard let atom = atom(depth: depth) else { return nil }
      nodes.append(repeated(atom))
    }
    return .sequence(nodes)
  }

  /// A node and what repeats it; whether greedy or not, the same names match.
  private mutating func repeated(_ node: NameExpression.Node) -> NameExpression.Node {
    let repeated: NameExpression.Node
    if take("*") {
      repeated = .repeated(node, atLeast: 0, once: false)
    } else if take("+") {
      repeated = .repeated(node, atLeast: 1, once: false)
    } else if take("?") {
      repeated = .repeated(node, atLeast: 0, once: true)
    } else {
      return node
    }
    _ = take("?")
    return repeated
  }

  private mutating func atom(depth: Int) -> NameExpression.Node? {
    guard let character = current else { return nil }
    position += 1
    switch character {
    case "(": return group(depth: depth)
    case "[": return set().map { .one($0) }
    case ".": return .one(.any)
    case "^": return .start
    case "$": return .end
    case "\\": return escape().map { .one($0) }
    case "*", "+", "?", "{", "}", "]": return nil
    default: return .one(NameCharacters(ranges: [character...character]))
    }
  }

  private mutating func group(depth: Int) -> NameExpression.Node? {
    var lookahead: Bool?
    if take("?") {
      if take("!") {
        lookahead = true
      } else if take("=") {
        lookahead = false
      } else if !take(":") {
        return nil
      }
    }
    guard let node = choice(depth: depth + 1), take(")") else { return nil }
    return lookahead.map { .lookahead(node, isNegative: $0) } ?? node
  }

  private mutating func escape() -> NameCharacters? {
    guard let character = current else { return nil }
    position += 1
    switch character {
    case "d": return .digits
    case "w": return .words
    case "s": return .spaces
    // Other letters and digits have meanings that are not read here.
    case _ where NameCharacters.words.contains(character) && character != "_": return nil
    default: return NameCharacters(ranges: [character...character])
    }
  }

  private mutating func set() -> NameCharacters? {
    var characters = NameCharacters(ranges: [], isComplement: take("^"))
    // A bracket that comes first is a member.
    repeat {
      guard let first = current else { return nil }
      position += 1
      if first == "\\" {
        guard let escaped = escape() else { return nil }
        characters.ranges += escaped.ranges
      } else if current == "-", position + 1 < text.count, text[position + 1] != "]" {
        let last = text[position + 1]
        guard last != "\\", first <= last else { return nil }
        characters.ranges.append(first...last)
        position += 2
      } else {
        characters.ranges.append(first...first)
      }
    } while !take("]")
    return characters
  }
}
