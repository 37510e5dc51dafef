/// Reads the tokens of a template, one at a time, to its pieces.
struct TemplateParser {
  private let tokens: [TemplateToken]
  private var position = 0
  private var depth = 0

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

  private mutating func endTag() throws(TemplateError) {
    guard next == .end else { throw error("the tag must end here") }
    position += 1
  }

  /// Pieces up to a statement with one of some keywords, which is taken but for what follows it.
  private mutating func nodes(
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
        nodes.append(.output(try expression()))
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

  private mutating func statement(_ keyword: String) throws(TemplateError) -> TemplateNode {
    switch keyword {
    case "if": return try conditional()
    case "for": return try loop()
    case "set": return try set()
    case "elif", "else", "endif", "endfor", "endset": throw error("'\(keyword)' ends nothing")
    default: throw .unsupported("the statement '\(keyword)'")
    }
  }

  private mutating func conditional() throws(TemplateError) -> TemplateNode {
    var branches: [(condition: TemplateExpression, body: [TemplateNode])] = []
    while true {
      let condition = try expression()
      try endTag()
      let (body, keyword) = try nodes(until: ["elif", "else", "endif"])
      branches.append((condition, body))
      if keyword == "elif" { continue }
      try endTag()
      guard keyword == "else" else { return .conditional(branches, otherwise: []) }
      let (otherwise, _) = try nodes(until: ["endif"])
      try endTag()
      return .conditional(branches, otherwise: otherwise)
    }
  }

  private mutating func loop() throws(TemplateError) -> TemplateNode {
    var names = [try name()]
    while take(",") { names.append(try name()) }
    guard take(name: "in") else { throw error("'in' must stand here") }
    // Without a conditional: `if` filters what is looped over.
    let sequence = try binary(0)
    let condition = take(name: "if") ? try expression() : nil
    if next == .name("recursive") { throw .unsupported("a recursive loop") }
    try endTag()
    var (body, keyword) = try nodes(until: ["else", "endfor"])
    try endTag()
    var otherwise: [TemplateNode] = []
    if keyword == "else" {
      (otherwise, keyword) = try nodes(until: ["endfor"])
      try endTag()
    }
    return .loop(
      TemplateLoop(
        names: names, sequence: sequence, condition: condition, body: body, otherwise: otherwise))
  }

  private mutating func set() throws(TemplateError) -> TemplateNode {
    let name = try name()
    if next == .symbol(",") { throw .unsupported("an assignment to several names") }
    if next == .end {
      position += 1
      let (body, _) = try nodes(until: ["endset"])
      try endTag()
      return .capture(name, body)
    }
    let member = take(".") ? try self.name() : nil
    try expect("=")
    let value = try expression()
    try endTag()
    return .set(name, member: member, value)
  }
}
