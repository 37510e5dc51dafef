import AffineFormats

/// A line on standard error that says how far long work has come, if a person is looking.
struct Progress {
  private let isShown = StandardStream.error.isTerminal && Ranks.isFirst

  /// Replaces the line.
  func show(_ text: String) {
    guard isShown else { return }
    // A line that is lost is no loss.
    try? StandardStream.error.write("\r\u{1b}[K\(text.escapingControls)")
  }

  /// Removes the line.
  func finish() { show("") }
}
