extension StringProtocol where SubSequence == Substring {
  /// The lines of a text, which end at a newline or at a carriage return and a newline: not at a carriage
  /// return alone, nor at the characters with which Unicode and pages of print part lines.
  package func textLines(omittingEmpty: Bool) -> [Substring] {
    // Both together are one character.
    split(omittingEmptySubsequences: omittingEmpty) { $0 == "\n" || $0 == "\r\n" }
  }
}
