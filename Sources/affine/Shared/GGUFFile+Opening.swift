import AffineFormats
import AffineQuant

extension GGUFFile {
  /// Whether a file begins as GGUF files do, whatever its name.
  static func recognizes(_ path: String) -> Bool {
    let magic = Array("GGUF".utf8)
    guard let bytes = try? MappedFile(path: path).bytes, bytes.count >= magic.count else {
      return false
    }
    return magic.indices.allSatisfy { bytes[$0] == magic[$0] }
  }

  /// Opens a file that a person named.
  ///
  /// - Throws: ``Failure``, with the file's name in it.
  static func open(_ path: String, copies: Bool = false) throws -> GGUFFile {
    do { return try GGUFFile(path: path, copies: copies) } catch .file(let error) {
      throw error
    } catch {
      throw Failure("\(path) is no GGUF file that can be read: \(error)")
    }
  }
}
