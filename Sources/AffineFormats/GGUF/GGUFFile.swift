public import AffineQuant

/// A GGUF file, mapped: tensors are read when they are touched.
///
///     let file = try GGUFFile(path: path)
///     for tensor in file.tensors where tensor.type.quantizedType != nil {
///       use(try file.quantized(tensor.name))
///       file.forget(tensor.name)
///     }
public struct GGUFFile: Sendable {
  /// The version of the format: 2 or 3.
  public let version: Int
  /// Typed values by key, in the order of the file.
  public private(set) var metadata: GGUFMetadata
  /// The tensors, in the order of the file.
  public let tensors: [GGUFTensor]
  /// What the tensors' places are multiples of.
  public let alignment: Int
  private let contents: Buffer<UInt8>
  private let mapping: MappedFile?
  private let places: [String: Int]

  /// Maps a file and checks its header.
  ///
  /// - Throws: ``GGUFError``, for every way in which a file can be wrong.
  /// - Complexity: O(header), whatever the size of the tensors.
  public init(path: String) throws(GGUFError) {
    let mapping: MappedFile
    do { mapping = try MappedFile(path: path) } catch { throw .file(error) }
    try self.init(mapping.bytes, mapping)
    // The header was copied: a vocabulary takes megabytes.
    mapping.forget(0..<min(tensors.map(\.range.lowerBound).min() ?? 0, mapping.bytes.count))
  }

  /// Reads bytes that are in memory already.
  ///
  /// - Throws: ``GGUFError``, but for the system's errors.
  public init(contents: Buffer<UInt8>) throws(GGUFError) {
    try self.init(contents, nil)
  }

  private init(_ contents: Buffer<UInt8>, _ mapping: MappedFile?) throws(GGUFError) {
    let header = try GGUFHeader(contents)
    version = Int(header.version)
    metadata = header.metadata
    tensors = header.tensors
    alignment = header.alignment
    places = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    self.contents = contents
    self.mapping = mapping
  }

  /// The tensor of a name.
  public subscript(name: String) -> GGUFTensor? { places[name].map { tensors[$0] } }

  /// The bytes of a tensor, where they lie in the file.
  ///
  /// - Throws: ``GGUFError/missing(name:)``.
  public func bytes(of name: String) throws(GGUFError) -> Buffer<UInt8> {
    contents.part(try tensor(name).range)
  }

  /// Takes arrays of texts out of the metadata, such as a vocabulary that was read.
  public mutating func forgetTexts() { metadata.forgetTexts() }

  /// Gives the memory of a tensor's pages back, where the file is mapped; they are read again when
  /// they are touched. Reading one tensor after another so takes the memory of one.
  public func forget(_ name: String) {
    guard let tensor = self[name] else { return }
    mapping?.forget(tensor.range)
  }

  func tensor(_ name: String) throws(GGUFError) -> GGUFTensor {
    guard let tensor = self[name] else { throw .missing(name: name) }
    return tensor
  }
}
