public import AffineQuant

/// A safetensors file, mapped: tensors are read when they are touched, and not copied.
///
/// Several files that an index lists are read as if they were one.
public struct SafeTensorsFile: Sendable {
  /// What the file holds and where.
  public let header: SafeTensorsHeader
  /// The bytes of each file, and what maps them.
  private let contents: [Buffer<UInt8>]
  private let mappings: [MappedFile?]

  /// Maps a file and checks its header; of the name of an index, `….index.json`, all files in it.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - copies: Copy all bytes into memory, so that the file may be rewritten: see ``MappedFile``.
  /// - Throws: ``SafeTensorsError``, for every way in which a file can be wrong.
  /// - Complexity: O(header), whatever the size of the tensors, unless they are copied.
  public init(path: String, copies: Bool = false) throws(SafeTensorsError) {
    let file: MappedFile
    do { file = try MappedFile(path: path, copies: copies) } catch { throw .file(error) }
    if path.before(suffix: SafeTensorsIndex.suffix) == nil {
      try self.init(contents: file.bytes, mapping: file)
    } else {
      try self.init(SafeTensorsIndex(file.bytes), at: path, copies)
    }
  }

  private init(
    _ index: SafeTensorsIndex, at path: String, _ copies: Bool
  ) throws(SafeTensorsError) {
    var parts: [(file: String, header: SafeTensorsHeader)] = []
    var (contents, mappings): ([Buffer<UInt8>], [MappedFile?]) = ([], [])
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    for file in index.files {
      let part: SafeTensorsFile
      do { part = try SafeTensorsFile(path: folder + file, copies: copies) } catch .file(let error)
      {
        throw .file(error)
      } catch { throw .part(file: file, error) }
      parts.append((file, part.header))
      contents += part.contents
      mappings += part.mappings
    }
    header = try index.joined(parts)
    (self.contents, self.mappings) = (contents, mappings)
  }

  /// Reads bytes that are in memory already.
  ///
  /// - Throws: ``SafeTensorsError``, but for the system's errors.
  public init(contents: Buffer<UInt8>) throws(SafeTensorsError) {
    try self.init(contents: contents, mapping: nil)
  }

  private init(contents: Buffer<UInt8>, mapping: MappedFile?) throws(SafeTensorsError) {
    header = try SafeTensorsHeader(contents.span)
    (self.contents, mappings) = ([contents], [mapping])
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

  /// Gives the memory of a tensor's pages back, where its file is mapped; they are read again when they are touched.
  public func forget(_ name: String) {
    guard let entry = header[name] else { return }
    mappings[entry.file]?.forget(entry.range)
  }

  /// The same of the pages of some rows.
  ///
  /// - Precondition: The tensor has those rows.
  package func forget(_ name: String, rows: Range<Int>) {
    guard let entry = header[name] else { return }
    let (bytes, start) = (entry.bytes(of: rows), entry.range.lowerBound)
    mappings[entry.file]?.forget(start + bytes.lowerBound..<start + bytes.upperBound)
  }

  /// A float tensor as a matrix: leading dimensions fold into rows, a vector is one row.
  ///
  /// Not copied where the file has this element type at an address that fits it; else converted
  /// and rounded to nearest even.
  ///
  /// - Throws: ``SafeTensorsError``: no such tensor, or not of a float type.
  public func matrix<Element: FloatElement>(
    _ name: String, as _: Element.Type = Element.self
  ) throws(SafeTensorsError) -> Matrix<Element> { try matrix(name, rows: nil) }

  /// The same of some rows.
  ///
  /// - Precondition: They are rows of the tensor.
  package func matrix<Element: FloatElement>(
    _ name: String, rows: Range<Int>?, as _: Element.Type = Element.self
  ) throws(SafeTensorsError) -> Matrix<Element> {
    let entry = try entry(name)
    var (shape, bytes) = (entry.matrixShape, bytes(of: entry))
    if let rows {
      bytes = bytes.part(entry.bytes(of: rows))
      shape = Shape(rows.count, shape.columns)
    }
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

extension SafeTensorsHeader.Entry {
  /// Leading dimensions fold into rows, a vector is one row.
  package var matrixShape: Shape { Shape(shape.dropLast().reduce(1, *), shape.last ?? 1) }

  /// Where rows of the matrix lie among its bytes.
  fileprivate func bytes(of rows: Range<Int>) -> Range<Int> {
    let width = range.count / max(matrixShape.rows, 1)
    return rows.lowerBound * width..<rows.upperBound * width
  }
}
