extension TemplateInterpreter {
  /// The part of a text between two places, which may be missing, if the first lies in it.
  private mutating func part(
    _ text: String, _ bounds: ArraySlice<TemplateValue?>, _ name: String
  ) throws(TemplateError) -> (first: Int, text: String)? {
    guard bounds.contains(where: { $0 != nil }) else { return (0, text) }
    var numbers: [Int?] = []
    for bound in bounds { numbers.append(try bound.integer(name)) }
    try chargeCharacters(of: text)
    let scalars = Array(text.unicodeScalars)
    let first = numbers[0].map { $0 < 0 ? max($0 + scalars.count, 0) : $0 } ?? 0
    guard first <= scalars.count else { return nil }
    return (first, TemplateText.string(try TemplateSlice.elements(scalars, numbers)))
  }

  /// `startswith` and `endswith`, of one string or any of a tuple.
  mutating func hasEnd(
    _ text: String, _ name: String, _ call: TemplateCall
  ) throws(TemplateError) -> Bool {
    let arguments = try call.bind(name, ["prefix", "start", "end"], required: 1, byName: false)
    guard let whole = try part(text, arguments[1...2], name)?.text else { return false }
    var ends = [arguments[0] ?? .none]
    if case .list(let list) = ends[0], list.kind == .tuple { ends = list.elements }
    for end in ends {
      guard let end = end.string else { throw .type("\(name)() of \(end.kind)") }
      try charge(end.utf8.count)
      let isEnd =
        name == "startswith"
        ? whole.utf8.starts(with: end.utf8)
        : whole.utf8.reversed().starts(with: end.utf8.reversed())
      if isEnd { return true }
    }
    return false
  }

  /// `find`, `rfind`, `index` and `count`, in characters.
  mutating func place(
    in text: String, _ name: String, _ call: TemplateCall
  ) throws(TemplateError) -> Int {
    let arguments = try call.bind(name, ["sub", "start", "end"], required: 1, byName: false)
    guard let part = try arguments[0].text(name), !part.isEmpty else {
      throw .unsupported("\(name)() of an empty string")
    }
    try charge(part.utf8.count)
    let found = try self.part(text, arguments[1...2], name)
    let whole = found?.text ?? ""
    if name == "rfind" { try chargeCharacters(of: whole) }
    if name == "count" { return TemplateText.places(of: part, in: whole).count }
    let place =
      name == "rfind"
      ? TemplateText.lastPlace(of: part, in: whole)
      : TemplateText.places(of: part, in: whole, most: 1).first
    guard let place, let found else {
      if name == "index" { throw .type("'\(part)' is not in a string") }
      return -1
    }
    // Bytes that begin a character.
    return found.first + whole.utf8.prefix(place).count { $0 & 0xc0 != 0x80 }
  }

  /// `removeprefix` and `removesuffix`.
  mutating func removing(
    _ text: String, _ name: String, _ call: TemplateCall
  ) throws(TemplateError) -> String {
    let part = try call.bind(name, ["part"], required: 1, byName: false)[0].text(name) ?? ""
    try charge(part.utf8.count)
    let count = part.utf8.count
    if name == "removeprefix" {
      return text.utf8.starts(with: part.utf8)
        ? TemplateText.bytes(text.utf8.dropFirst(count)) : text
    }
    return text.utf8.reversed().starts(with: part.utf8.reversed())
      ? TemplateText.bytes(text.utf8.dropLast(count)) : text
  }
}
