extension String {
  /// With everything that a terminal would obey instead of showing it written as `\u{1b}`: names in
  /// files may hold any characters.
  package var escapingControls: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.isControl {
        text += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension Unicode.Scalar {
  /// Control characters, and those that turn the direction of what follows.
  fileprivate var isControl: Bool {
    properties.generalCategory == .control || (0x202a...0x202e).contains(value)
      || (0x2066...0x2069).contains(value) || value == 0x2028 || value == 0x2029
  }
}
