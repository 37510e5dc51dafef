/// Cuts a template into tokens, with the white space rules under which chat templates are written:
/// Jinja's `trim_blocks` and `lstrip_blocks`, and no newline at the end.
struct TemplateLexer {
  let source: [UInt8]
  var position = 0
  private(set) var line = 1
  private var tokens: [TemplateToken] = []
  /// Whether the text that comes begins a line, though a tag took the newline.
  private var beginsLine = true

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
    guard position < source.count else { return append(source[start...]) }
    let kind = source[position + 1]
    let isOutput = kind == UInt8(ascii: "{")
    append(
      trimmed(
        source[start..<position], before: sign(2), isOutput: isOutput, beginsLine: beginsLine))
    if try takeRaw() { return }
    let opening = 2 + (sign(2) == nil ? 0 : 1)
    switch kind {
    case UInt8(ascii: "#"):
      advance(opening)
      try skipComment()
    case UInt8(ascii: "{"):
      append(.outputBegin)
      advance(opening)
      try tag(closing: UInt8(ascii: "}"))
    default:
      append(.statementBegin)
      advance(opening)
      try tag(closing: UInt8(ascii: "%"))
    }
  }

  private mutating func append(_ text: ArraySlice<UInt8>) {
    if !text.isEmpty { append(.text(String(decoding: text, as: UTF8.self))) }
  }

  /// What a tag that begins with a sign, if any, leaves of the text before it.
  private func trimmed(
    _ text: ArraySlice<UInt8>, before sign: UInt8?, isOutput: Bool, beginsLine: Bool
  ) -> ArraySlice<UInt8> {
    if sign == UInt8(ascii: "-") { return TemplateSpace.withoutEnd(text) }
    return sign == nil && !isOutput ? withoutIndent(text, beginsLine: beginsLine) : text
  }

  /// A tag on a line of its own takes the white space before it.
  private func withoutIndent(
    _ text: ArraySlice<UInt8>, beginsLine: Bool
  ) -> ArraySlice<UInt8> {
    let lineStart = text.lastIndex(of: 0x0a).map { $0 + 1 } ?? text.startIndex
    guard lineStart > text.startIndex || beginsLine else { return text }
    return TemplateSpace.withoutEnd(text[lineStart...]).isEmpty ? text[..<lineStart] : text
  }

  /// What says whether white space beside a tag stays or goes.
  private func sign(_ offset: Int) -> UInt8? {
    byte(offset) == UInt8(ascii: "-") || byte(offset) == UInt8(ascii: "+") ? byte(offset) : nil
  }

  private mutating func skipComment() throws(TemplateError) {
    let start = line
    while position < source.count {
      if takeEnd(UInt8(ascii: "#")) { return }
      advance(1)
    }
    throw .syntax("a comment is begun and not ended", line: start)
  }

  /// Takes the end of a tag, `}}`, `%}` or `#}` with a sign before it, if it stands here.
  mutating func takeEnd(_ closing: UInt8, takesNewline: Bool = true) -> Bool {
    let isOutput = closing == UInt8(ascii: "}")
    let sign = isOutput && byte(0) == UInt8(ascii: "+") ? nil : sign(0)
    let length = sign == nil ? 0 : 1
    guard byte(length) == closing, byte(length + 1) == UInt8(ascii: "}") else { return false }
    advance(length + 2)
    beginsLine = false
    if sign == UInt8(ascii: "-") {
      skipSpace()
    } else if !isOutput, sign == nil, takesNewline, byte(0) == 0x0a {
      advance(1)
      beginsLine = true
    }
    return true
  }

  private mutating func skipSpace() {
    while case let count = TemplateSpace.length(source, at: position), count > 0 { advance(count) }
  }

  /// Takes text that is no template, from `{% raw %}` to `{% endraw %}`, if the first stands here.
  private mutating func takeRaw() throws(TemplateError) -> Bool {
    let startLine = line
    guard takeTag("raw", takesNewline: false) else { return false }
    let start = position
    while position < source.count {
      if byte(0) == UInt8(ascii: "{") {
        let (end, sign) = (position, sign(2))
        if takeTag("endraw", takesNewline: true) {
          // The tag before it took no newline.
          append(trimmed(source[start..<end], before: sign, isOutput: false, beginsLine: false))
          return true
        }
      }
      advance(1)
    }
    throw .syntax("'endraw' is missing", line: startLine)
  }

  /// Takes a statement of one keyword, if it stands here.
  private mutating func takeTag(_ keyword: String, takesNewline: Bool) -> Bool {
    guard byte(0) == UInt8(ascii: "{"), byte(1) == UInt8(ascii: "%") else { return false }
    let (start, startLine) = (position, line)
    advance(sign(2) == nil ? 2 : 3)
    skipSpace()
    if source[position...].starts(with: keyword.utf8) {
      advance(keyword.utf8.count)
      skipSpace()
      if takeEnd(UInt8(ascii: "%"), takesNewline: takesNewline) { return true }
    }
    (position, line) = (start, startLine)
    return false
  }
}
