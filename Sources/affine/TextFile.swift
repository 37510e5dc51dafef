import AffineFormats
import AffineQuant

/// A text that a person named.
func text(of path: String) throws -> String {
  let bytes = try MappedFile(path: path).bytes
  guard let text = String(validating: bytes.array, as: UTF8.self) else {
    throw Failure("'\(path)' is not UTF-8")
  }
  return text
}
