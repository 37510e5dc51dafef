public import AffineQuant

/// A safetensors file, mapped: tensors are read when they are touched, and not copied.
public struct SafeTensorsFile: Sendable {
  /// What the file holds and where.
  public let header: SafeTensorsHeader
  private let contents: Buffer<UInt8>

  /// Maps a file and checks its header.
  ///
  /// - Throws: ``SafeTensorsError``, for every way in which a file can be wrong.
  /// - Complexity: O(header), whatever the size of the tensors.
  public init(path: String) throws(SafeTensorsError) {
    do { try self.init(contents: MappedFile(path: path).bytes) } catch let error as FileError {
      throw .file(error)
    } catch let error as SafeTensorsError {
      throw error
    } catch {
      preconditionFailure("an error of neither kind: \(error)")
    }
  }

  /// Reads bytes that are in memory already.
  ///
  /// - Throws: ``SafeTensorsError``, but for the system's errors.
  public init(contents: Buffer<UInt8>) throws(SafeTensorsError) {
    header = try SafeTensorsHeader(contents.span)
    self.contents = contents
  }

  /// The names of the tensors, in the order of the header.
  public var names: [String] { header.entries.map(\.name) }

  /// The bytes of a tensor, where they lie in the file.
  ///
  /// - Throws: ``SafeTensorsError/missing(name:)``.
  public func bytes(of name: String) throws(SafeTensorsError) -> Buffer<UInt8> {
    contents.part(try entry(name).range)
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
    let bytes = contents.part(entry.range)
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
    return contents.part(entry.range).viewed(as: Element.self)
  }

  private func entry(_ name: String) throws(SafeTensorsError) -> SafeTensorsHeader.Entry {
    guard let entry = header[name] else { throw .missing(name: name) }
    return entry
  }
}
