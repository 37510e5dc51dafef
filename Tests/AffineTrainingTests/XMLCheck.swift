/// As much of XML as a drawing needs: elements that close in order, quoted attributes, few entities.
struct XMLCheck {
  /// The name of every element, in order.
  private(set) var elements: [String] = []
  /// The texts of the `text` elements.
  private(set) var texts: [String] = []

  /// `nil` if the text is not such a document.
  init?(_ document: String) {
    let tag = /<(\/?)([a-z][A-Za-z]*)((?: [a-zA-Z][a-zA-Z:-]*="[^"<&]*")*)(\/?)>/
    var rest = document[...]
    var open: [String] = []
    while !rest.isEmpty {
      if let match = rest.prefixMatch(of: tag) {
        let name = String(match.2)
        if match.1.isEmpty {
          if open.isEmpty && !elements.isEmpty { return nil }
          elements.append(name)
          if match.4.isEmpty { open.append(name) }
          let names = match.3.matches(of: /\ ([a-zA-Z:-]+)=/).map { String($0.1) }
          guard Set(names).count == names.count else { return nil }
        } else {
          guard open.popLast() == name, match.3.isEmpty, match.4.isEmpty else { return nil }
        }
        rest = rest[match.range.upperBound...]
      } else {
        let end = rest.firstIndex(of: "<") ?? rest.endIndex
        let text = String(rest[..<end])
        guard end > rest.startIndex, Self.isText(text), !open.isEmpty || text == "\n" else {
          return nil
        }
        if open.last == "text" { texts.append(text) }
        rest = rest[end...]
      }
    }
    guard open.isEmpty, elements.first == "svg" else { return nil }
  }

  private static func isText(_ text: String) -> Bool {
    let bare = text.replacing(/&(amp|lt|gt|quot);/, with: "")
    return !bare.contains("&")
      && bare.unicodeScalars.allSatisfy {
        ($0.value >= 0x20 || $0 == "\n") && $0.value != 0xfffe && $0.value != 0xffff
      }
  }
}
