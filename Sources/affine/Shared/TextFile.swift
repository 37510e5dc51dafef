import AffineFormats
import AffineQuant

/// A text that a person named.
func text(of path: String) throws -> String {
  guard let text = String(validating: try MappedFile.contents(of: path), as: UTF8.self) else {
    throw Failure("'\(path)' is not UTF-8")
  }
  return text
}

extension String {
  /// The lines of what a file holds.
  ///
  /// - Throws: ``Failure``: a carriage return that no line feed follows, which ends lines of some files and of others
  ///   not.
  func lines(of path: String, omittingEmpty: Bool) throws -> [String] {
    let lines = textLines(omittingEmpty: false)
    if let index = lines.firstIndex(where: { $0.unicodeScalars.contains("\r") }) {
      throw Failure(
        "line \(index + 1) of '\(path)' has a carriage return that no line feed follows: lines end in \\n or \\r\\n"
      )
    }
    return lines.filter { !omittingEmpty || !$0.isEmpty }.map(String.init)
  }
}
