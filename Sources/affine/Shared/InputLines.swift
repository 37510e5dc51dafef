import AffineFormats

/// The lines of standard input, each as soon as it has come.
struct InputLines {
  private var rest: [UInt8] = []
  private var isAtEnd = false
  private var count = 0

  /// The next line without what ends it, or `nil` at the end.
  ///
  /// - Throws: ``Failure``: a line that is not UTF-8; ``AffineFormats/FileError``.
  mutating func next() throws -> String? {
    while true {
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = rest[..<end]
        rest.removeFirst(end + 1)
        return try text(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
      }
      guard !isAtEnd else {
        guard !rest.isEmpty else { return nil }
        let line = rest[...]
        rest = []
        return try text(line)
      }
      let part = try StandardStream.input.part()
      isAtEnd = part.isEmpty
      rest += part
    }
  }

  private mutating func text(_ line: ArraySlice<UInt8>) throws -> String {
    count += 1
    guard let text = String(validating: line, as: UTF8.self) else {
      throw Failure("line \(count) of standard input is not UTF-8")
    }
    return text
  }
}
