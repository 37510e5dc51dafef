public import AffineQuant

/// A safetensors file, mapped: tensors are read when they are touched, and not copied.
///
/// Several files that an index lists are read as if they were one.
public struct SafeTensorsFile: Sendable {
  /// What the file holds and where.
  public let header: SafeTensorsHeader
  /// The bytes of each file.
  private let contents: [Buffer<UInt8>]

  /// Maps a file and checks its header; of the name of an index, `….index.json`, all files in it.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - copies: Copy all bytes into memory, so that the file may be rewritten: see ``MappedFile``.
  /// - Throws: ``SafeTensorsError``, for every way in which a file can be wrong.
  /// - Complexity: O(header), whatever the size of the tensors, unless they are copied.
  public init(path: String, copies: Bool = false) throws(SafeTensorsError) {
    let bytes: Buffer<UInt8>
    do { bytes = try MappedFile(path: path, copies: copies).bytes } catch { throw .file(error) }
    if path.before(suffix: SafeTensorsIndex.suffix) == nil {
      try self.init(contents: bytes)
    } else {
      try self.init(SafeTensorsIndex(bytes), at: path, copies)
    }
  }

  private init(
    _ index: SafeTensorsIndex, at path: String, _ copies: Bool
  ) throws(SafeTensorsError) {
    var parts: [(file: String, header: SafeTensorsHeader)] = []
    var contents: [Buffer<UInt8>] = []
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    for file in index.files {
      let part: SafeTensorsFile
      do { part = try SafeTensorsFile(path: folder + file, copies: copies) } catch .file(let error)
      {
        throw .file(error)
      } catch { throw .part(file: file, error) }
      parts.append((file, part.header))
      contents += part.contents
    }
    header = try index.joined(parts)
    self.contents = contents
  }

  /// Reads bytes that are in memory already.
  ///
  /// - Throws: ``SafeTensorsError``, but for the system's errors.
  public init(contents: Buffer<UInt8>) throws(SafeTensorsError) {
    header = try SafeTensorsHeader(contents.span)
    self.contents = [contents]
  }

  /// The file of a model in a folder: `model.safetensors`, or where only that is there the index of
  /// several files.
  public static func path(inFolder folder: String) -> String {
    let whole = "\(folder)/model.safetensors"
    let index = whole + SafeTensorsIndex.suffix
    return !MappedFile.exists(whole) && MappedFile.exists(index) ? index : whole
  }

  /// The bytes of all files.
  public var byteCount: Int { contents.reduce(0) { $0 + $1.count } }

  /// The names of the tensors, in the order of the header.
  public var names: [String] { header.entries.map(\.name) }

  /// The bytes of a tensor, where they lie in the file.
  ///
  /// - Throws: ``SafeTensorsError/missing(name:)``.
  public func bytes(of name: String) throws(SafeTensorsError) -> Buffer<UInt8> {
    bytes(of: try entry(name))
  }

  /// A float tensor as a matrix: leading dimensions fold into rows, a vector is one row.
  ///
  /// Not copied where the file has this element type at an address that fits it; else converted
  /// and rounded to nearest even.
  ///
  /// - Throws: ``SafeTensorsError``: no such tensor, or not of a float type.
  public func matrix<Element: FloatElement>(
    _ name: String, as _: Element.Type = Element.self
  ) throws(SafeTensorsError) -> Matrix<Element> {
    let entry = try entry(name)
    let columns = entry.shape.last ?? 1
    let shape = Shape(entry.shape.dropLast().reduce(1, *), columns)
    let bytes = bytes(of: entry)
    let matrix: Matrix<Element>? =
      switch entry.element {
      case .float32: try? Matrix(shape, bytes.viewed(as: Float.self)).converted()
      case .float16: try? Matrix(shape, bytes.viewed(as: Float16.self)).converted()
      case .bfloat16: try? Matrix(shape, bytes.viewed(as: BFloat16.self)).converted()
      default: nil
      }
    guard let matrix else {
      throw .unexpected(
        name: name, expected: "a float matrix", found: "\(entry.element.rawValue) \(entry.shape)")
    }
    return matrix
  }

  /// A tensor of some element type as numbers of it.
  func elements<Element: BitwiseCopyable & Sendable>(
    _ name: String, _ element: TensorElement, as _: Element.Type = Element.self
  ) throws(SafeTensorsError) -> Buffer<Element> {
    let entry = try entry(name)
    guard entry.element == element else {
      throw .unexpected(name: name, expected: element.rawValue, found: entry.element.rawValue)
    }
    return bytes(of: entry).viewed(as: Element.self)
  }

  private func bytes(of entry: SafeTensorsHeader.Entry) -> Buffer<UInt8> {
    contents[entry.file].part(entry.range)
  }

  private func entry(_ name: String) throws(SafeTensorsError) -> SafeTensorsHeader.Entry {
    guard let entry = header[name] else { throw .missing(name: name) }
    return entry
  }
}
