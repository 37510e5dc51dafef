import AffineFormats

extension [String] {
  /// Says on standard error that parts of a model's files are not read.
  func sayLeftOut(of path: String) throws {
    guard !isEmpty else { return }
    let parts = joined(separator: ", ")
    let text = "note: '\(path)' has \(parts), which texts do not pass: left out"
    try StandardStream.error.write(text.escapingControls + "\n")
  }
}
