/// Cuts a template into tokens, with the white space rules under which chat templates are written:
/// Jinja's `trim_blocks` and `lstrip_blocks`, and no newline at the end.
struct TemplateLexer {
  let source: [UInt8]
  var position = 0
  private(set) var line = 1
  private var tokens: [TemplateToken] = []
  /// Whether the text that comes begins a line, though a tag took the newline.
  private var beginsLine = true
  /// Whether white space is taken from the beginning of the text that comes.
  private var takesSpace = false

  /// The tokens of a template.
  static func tokens(_ source: String) throws(TemplateError) -> [TemplateToken] {
    var lexer = TemplateLexer(source)
    while lexer.position < lexer.source.count { try lexer.textAndTag() }
    return lexer.tokens
  }

  private init(_ source: String) {
    var bytes: [UInt8] = []
    var isAfterReturn = false
    for byte in source.utf8 {
      // Lines can end in any way and are one newline each.
      if !(byte == 0x0a && isAfterReturn) { bytes.append(byte == 0x0d ? 0x0a : byte) }
      isAfterReturn = byte == 0x0d
    }
    if bytes.last == 0x0a { bytes.removeLast() }
    self.source = bytes
  }

  func byte(_ offset: Int) -> UInt8? {
    position + offset < source.count ? source[position + offset] : nil
  }

  /// Whether a tag or a comment begins here.
  private var isTag: Bool {
    guard byte(0) == UInt8(ascii: "{"), let kind = byte(1) else { return false }
    return kind == UInt8(ascii: "{") || kind == UInt8(ascii: "%") || kind == UInt8(ascii: "#")
  }

  private var isCommentEnd: Bool {
    byte(0) == UInt8(ascii: "#") && byte(1) == UInt8(ascii: "}")
  }

  mutating func advance(_ count: Int) {
    for index in position..<min(position + count, source.count) where source[index] == 0x0a {
      line += 1
    }
    position = min(position + count, source.count)
  }

  mutating func append(_ kind: TemplateToken.Kind) {
    tokens.append(TemplateToken(kind: kind, line: line))
  }

  /// Text up to a tag, and the tag.
  private mutating func textAndTag() throws(TemplateError) {
    let start = position
    while position < source.count, !isTag { advance(1) }
    var text = source[start..<position]
    if takesSpace { text = text.drop(while: Self.isSpace) }
    takesSpace = false
    guard position < source.count else { return appendText(text) }
    let kind = source[position + 1]
    let sign = byte(2)
    if sign == UInt8(ascii: "-") {
      while let last = text.last, Self.isSpace(last) { text.removeLast() }
    } else if sign != UInt8(ascii: "+"), kind != UInt8(ascii: "{") {
      text = withoutIndent(text)
    }
    appendText(text)
    switch kind {
    case UInt8(ascii: "#"):
      try comment()
    case UInt8(ascii: "{"):
      append(.outputBegin)
      advance(sign == UInt8(ascii: "-") ? 3 : 2)
      try tag(closing: UInt8(ascii: "}"))
    default:
      append(.statementBegin)
      advance(sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") ? 3 : 2)
      try tag(closing: UInt8(ascii: "%"))
    }
  }

  private mutating func appendText(_ text: ArraySlice<UInt8>) {
    if !text.isEmpty { append(.text(String(decoding: text, as: UTF8.self))) }
  }

  /// A tag on a line of its own takes the white space before it.
  private func withoutIndent(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let lineStart = text.lastIndex(of: 0x0a).map { $0 + 1 } ?? text.startIndex
    guard lineStart > text.startIndex || beginsLine else { return text }
    return text[lineStart...].allSatisfy(Self.isSpace) ? text[..<lineStart] : text
  }

  private mutating func comment() throws(TemplateError) {
    let start = line
    advance(2)
    while !isCommentEnd {
      guard position < source.count else {
        throw .syntax("a comment is begun and not ended", line: start)
      }
      advance(1)
    }
    let isTaking = source[position - 1] == UInt8(ascii: "-")
    let isKeeping = source[position - 1] == UInt8(ascii: "+")
    advance(2)
    endTag(takesSpace: isTaking, takesNewline: !isKeeping)
  }

  mutating func endTag(takesSpace: Bool, takesNewline: Bool) {
    self.takesSpace = takesSpace
    beginsLine = false
    if !takesSpace, takesNewline, byte(0) == 0x0a {
      advance(1)
      beginsLine = true
    }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}
