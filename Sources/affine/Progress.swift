import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A line on standard error that says how far long work has come, if a person is looking.
struct Progress {
  private let isShown = isatty(2) == 1

  /// Replaces the line.
  func show(_ text: String) {
    guard isShown else { return }
    FileHandle.standardError.write(Data("\r\u{1b}[K\(text)".utf8))
  }

  /// Removes the line.
  func finish() { show("") }
}
