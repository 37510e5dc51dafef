extension StringProtocol where SubSequence == Substring {
  /// The lines of a text, which end at a newline or at a carriage return and a newline: not at a carriage
  /// return alone, nor at the characters with which Unicode and pages of print part lines.
  ///
  /// - Complexity: O(bytes): characters are not compared, which takes the square of the marks on one.
  package func textLines(omittingEmpty: Bool) -> [Substring] {
    var lines: [Substring] = []
    var start = startIndex
    /// Where a carriage return stands, if it was the last byte.
    var carriageReturn: Index?
    for place in utf8.indices {
      let byte = utf8[place]
      if byte == UInt8(ascii: "\n") {
        let end = carriageReturn ?? place
        if !omittingEmpty || start < end { lines.append(self[start..<end]) }
        start = utf8.index(after: place)
      }
      carriageReturn = byte == UInt8(ascii: "\r") ? place : nil
    }
    if !omittingEmpty || start < endIndex { lines.append(self[start..<endIndex]) }
    return lines
  }
}
