import AffineFormats

/// The lines of standard input, each as soon as it has come.
struct InputLines {
  /// What was read last, where the next line begins in it, and up to where no line ends.
  private var bytes: [UInt8] = []
  private var (start, searched) = (0, 0)
  private var isAtEnd = false
  private var count = 0

  /// The next line without what ends it, or `nil` at the end.
  ///
  /// - Throws: ``Failure``: a line that is not UTF-8; ``AffineFormats/FileError``.
  /// - Complexity: O(line), whatever else has come with it.
  mutating func next() throws -> String? {
    while true {
      if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = bytes[start..<end]
        (start, searched) = (end + 1, end + 1)
        return try text(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
      }
      searched = bytes.count
      guard !isAtEnd else {
        guard start < bytes.count else { return nil }
        let line = bytes[start...]
        start = bytes.count
        return try text(line)
      }
      let part = try StandardStream.input.part()
      isAtEnd = part.isEmpty
      // Lines that were taken go when more comes, all at once: each byte is moved once.
      bytes.removeFirst(start)
      (start, searched) = (0, bytes.count)
      bytes += part
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
