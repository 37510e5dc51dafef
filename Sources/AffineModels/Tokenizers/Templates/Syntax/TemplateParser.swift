/// Reads the tokens of a template, one at a time, to its pieces.
struct TemplateParser {
  private let tokens: [TemplateToken]
  private var position = 0
  private var depth = 0
  /// Loops around this place, in the function that they are in.
  var loopCount = 0
  /// The names of ``TemplateMacro/extraNames`` that were read.
  var extras: Set<String> = []

  /// Deeper than any published template, and far from any stack's end.
  static let mostDepth = 48

  /// The pieces of a template.
  static func nodes(_ source: String) throws(TemplateError) -> [TemplateNode] {
    var parser = TemplateParser(tokens: try TemplateLexer.tokens(source))
    let (nodes, _) = try parser.nodes(until: [])
    return nodes
  }

  private init(tokens: [TemplateToken]) { self.tokens = tokens }

  var next: TemplateToken.Kind? { position < tokens.count ? tokens[position].kind : nil }

  var line: Int { position < tokens.count ? tokens[position].line : tokens.last?.line ?? 1 }

  func error(_ reason: String) -> TemplateError { .syntax(reason, line: line) }

  mutating func advance() { position += 1 }

  mutating func take(_ symbol: String) -> Bool {
    guard next == .symbol(symbol) else { return false }
    position += 1
    return true
  }

  mutating func take(name: String) -> Bool {
    guard next == .name(name) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ symbol: String) throws(TemplateError) {
    guard take(symbol) else { throw error("'\(symbol)' must stand here") }
  }

  mutating func name() throws(TemplateError) -> String {
    guard case .name(let name) = next else { throw error("a name must stand here") }
    position += 1
    return name
  }

  mutating func enter() throws(TemplateError) {
    depth += 1
    guard depth <= Self.mostDepth else { throw .tooDeep(most: Self.mostDepth) }
  }

  mutating func leave() { depth -= 1 }

  mutating func takeEnd() -> Bool {
    guard next == .end else { return false }
    position += 1
    return true
  }

  mutating func endTag() throws(TemplateError) {
    guard takeEnd() else { throw error("the tag must end here") }
  }

  /// Pieces up to a statement with one of some keywords, which is taken but for what follows it.
  mutating func nodes(
    until keywords: [String]
  ) throws(TemplateError) -> ([TemplateNode], keyword: String) {
    try enter()
    defer { leave() }
    let start = line
    var nodes: [TemplateNode] = []
    while let kind = next {
      position += 1
      switch kind {
      case .text(let text): nodes.append(.text(text))
      case .outputBegin:
        nodes.append(.output(try tuple()))
        try endTag()
      default:
        let keyword = try name()
        if keywords.contains(keyword) { return (nodes, keyword) }
        nodes.append(try statement(keyword))
      }
    }
    guard keywords.isEmpty else {
      throw .syntax("'\(keywords[keywords.count - 1])' is missing", line: start)
    }
    return (nodes, "")
  }

  /// Pieces up to the end of a block.
  mutating func body(until keyword: String) throws(TemplateError) -> [TemplateNode] {
    let (body, _) = try nodes(until: [keyword])
    try endTag()
    return body
  }
}
