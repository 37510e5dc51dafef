#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A stream that every program has.
package enum StandardStream: Int32, Sendable, CaseIterable {
  case input = 0
  case output = 1
  case error = 2

  /// Whether a person is looking.
  package var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Opens streams that are closed, so that reading and writing them fails, and no other file gets their
  /// numbers and with them what is printed.
  package static func reserve() {
    for stream in allCases where fcntl(stream.rawValue, F_GETFD) == -1 {
      // The lowest free number is the one that is missing.
      _ = unsafe open("/dev/null", stream == .input ? O_WRONLY : O_RDONLY)
    }
  }

  /// Reads to the end.
  ///
  /// - Throws: ``FileError``.
  package func contents() throws(FileError) -> [UInt8] {
    var contents: [UInt8] = []
    while true {
      let part = try part()
      if part.isEmpty { return contents }
      contents += part
    }
  }

  /// Some bytes, as they come; none at the end.
  ///
  /// - Throws: ``FileError``.
  package func part() throws(FileError) -> ArraySlice<UInt8> {
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe part.withUnsafeMutableBytes {
        unsafe readOnce(rawValue, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .last("standard \(self)", "read from") }
      return part[..<count]
    }
  }

  /// Writes at once.
  ///
  /// - Throws: ``FileError``: what was not written is lost.
  package func write(_ text: String) throws(FileError) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe writeOnce(rawValue, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .last("standard \(self)", "write to") }
      rest = rest.dropFirst(count)
    }
  }
}

private func readOnce(_ stream: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(stream, start, count)
}

/// The system's call, which inside the type is hidden by its own `write`.
private func writeOnce(_ stream: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(stream, start, count)
}
