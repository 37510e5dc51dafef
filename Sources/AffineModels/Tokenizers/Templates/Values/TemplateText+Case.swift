extension TemplateText {
  /// Small letters; Σ at the end of a word is ς, as Python has it.
  static func lowercased(_ text: String) -> String {
    guard text.unicodeScalars.contains(sigma) else { return text.lowercased() }
    let scalars = Array(text.unicodeScalars)
    var result = ""
    // Whether a letter stands before, and how far the next one was looked for.
    var isAfterLetter = false
    for (index, scalar) in scalars.enumerated() {
      if scalar == sigma {
        let next = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        result += isAfterLetter && !(next?.properties.isCased ?? false) ? "ς" : "σ"
      } else {
        result += scalar.properties.lowercaseMapping
      }
      if !scalar.properties.isCaseIgnorable { isAfterLetter = scalar.properties.isCased }
    }
    return result
  }

  private static let sigma: Unicode.Scalar = "Σ"

  /// The first character as in a title, the others small.
  static func capitalized(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return text }
    return first.properties.titlecaseMapping
      + lowercased(string(text.unicodeScalars.dropFirst()))
  }

  /// Python's `str.title`: a letter after what is none is as in a title, others are small.
  static func titled(_ text: String) -> String {
    var result = ""
    var isAfterLetter = false
    for scalar in text.unicodeScalars {
      let properties = scalar.properties
      result += isAfterLetter ? properties.lowercaseMapping : properties.titlecaseMapping
      isAfterLetter = properties.isCased
    }
    return result
  }

  /// Jinja's `title`: the first letter of each word, after white space, `-` or an opening bracket.
  static func wordsTitled(_ text: String) -> String {
    var result = ""
    var word: [Unicode.Scalar] = []
    func end() {
      guard let first = word.first else { return }
      result += String(first).uppercased() + lowercased(string(word.dropFirst()))
      word = []
    }
    for scalar in text.unicodeScalars {
      let isBetween =
        TemplateSpace.contains(scalar) || ["-", "(", "{", "[", "<"].contains(scalar)
      if isBetween {
        end()
        result.unicodeScalars.append(scalar)
      } else {
        word.append(scalar)
      }
    }
    end()
    return result
  }

  /// Python's `str.splitlines`.
  static func lines(_ text: String, keepsEnds: Bool) -> [String] {
    var lines: [String] = []
    var line = ""
    var isAfterReturn = false
    for scalar in text.unicodeScalars {
      if isAfterReturn, scalar != "\n" {
        lines.append(line)
        line = ""
      }
      let isEnd = isLineEnd(scalar)
      isAfterReturn = scalar == "\r"
      if keepsEnds || !isEnd { line.unicodeScalars.append(scalar) }
      if isEnd, !isAfterReturn {
        lines.append(line)
        line = ""
      }
    }
    return line.isEmpty && !isAfterReturn ? lines : lines + [line]
  }

  private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0a...0x0d, 0x1c...0x1e, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}
