import AffineFormats
import AffineQuant

extension SafeTensorsFile {
  /// Opens a file that a person named.
  ///
  /// - Throws: ``Failure``, with the file's name in it.
  static func open(_ path: String, copies: Bool = false) throws -> SafeTensorsFile {
    do { return try SafeTensorsFile(path: path, copies: copies) } catch .file(let error) {
      throw error
    } catch .otherKind(let kind) {
      // Whatever the file is called.
      throw Failure("cannot read \(path): this is \(kind)")
    } catch {
      throw Failure("\(path) is no safetensors file that can be read: \(error)")
    }
  }
}
