import AffineFormats
import AffineQuant

extension SafeTensorsFile {
  /// Opens a file that a person named.
  ///
  /// - Throws: ``Failure``, with the file's name in it.
  static func open(_ path: String) throws -> SafeTensorsFile {
    do { return try SafeTensorsFile(path: path) } catch .file(let error) {
      throw error
    } catch {
      if let bytes = try? MappedFile(path: path).bytes, bytes.count >= magic.count,
        magic.indices.allSatisfy({ bytes[$0] == magic[$0] })
      {
        throw Failure("\(path) is a GGUF file; only safetensors can be read")
      }
      throw Failure("\(path) is no safetensors file: \(error)")
    }
  }

  /// What GGUF files begin with.
  private static let magic = Array("GGUF".utf8)
}
