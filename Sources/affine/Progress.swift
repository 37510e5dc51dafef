import AffineFormats

/// A line on standard error that says how far long work has come, if a person is looking.
struct Progress {
  private let isShown = StandardStream.error.isTerminal

  /// Replaces the line.
  func show(_ text: String) {
    guard isShown else { return }
    StandardStream.error.write("\r\u{1b}[K\(text)")
  }

  /// Removes the line.
  func finish() { show("") }
}
