#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A stream that every program has; what cannot be written is lost.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Whether a person is looking.
  package var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Writes at once.
  package func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe writeOnce(rawValue, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

/// The system's call, which inside the type is hidden by its own `write`.
private func writeOnce(_ stream: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(stream, start, count)
}
