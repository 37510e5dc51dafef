import AffineFormats
import AffineQuant

/// A text that a person named.
func text(of path: String) throws -> String {
  guard let text = String(validating: try MappedFile.contents(of: path), as: UTF8.self) else {
    throw Failure("'\(path)' is not UTF-8")
  }
  return text
}
