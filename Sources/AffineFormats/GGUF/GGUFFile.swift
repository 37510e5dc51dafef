public import AffineQuant

/// A GGUF file, mapped: tensors are read when they are touched.
///
/// A model in several files is read by the name of the first, as if it were one.
///
///     let file = try GGUFFile(path: path)
///     for tensor in file.tensors where tensor.type.quantizedType != nil {
///       use(try file.quantized(tensor.name))
///       file.forget(tensor.name)
///     }
public struct GGUFFile: Sendable {
  /// The bytes of one file.
  private struct Part: Sendable {
    let contents: Buffer<UInt8>
    let mapping: MappedFile?
  }

  /// The version of the format: 2 or 3.
  public let version: Int
  /// Typed values by key, in the order of the file; of several files the first one's.
  public private(set) var metadata: GGUFMetadata
  /// The tensors, in the order of the file.
  public let tensors: [GGUFTensor]
  /// What the tensors' places are multiples of.
  public let alignment: Int
  private let parts: [Part]
  private let places: [ByteName: Int]

  /// Maps a file, and all others of the same model if it is the first of several, and checks their
  /// headers.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - copies: Copy all bytes into memory, so that the file may be rewritten: see ``MappedFile``.
  /// - Throws: ``GGUFError``, for every way in which a file can be wrong.
  /// - Complexity: O(header), whatever the size of the tensors, unless they are copied.
  public init(path: String, copies: Bool = false) throws(GGUFError) {
    let (header, first) = try Self.part(path, copies)
    guard let split = try GGUFParts(header.metadata) else {
      try self.init(header, header.tensors, [first])
      return
    }
    var (tensors, parts) = (header.tensors, [first])
    for number in 1..<split.count {
      let path = try split.path(number, besides: path)
      let (header, part) = try Self.part(path, copies)
      try split.check(header.metadata, part: number, path: path)
      tensors += header.tensors.map { $0.inPart(number) }
      parts.append(part)
    }
    try split.check(tensorCount: tensors.count)
    try self.init(header, tensors, parts)
    metadata = GGUFParts.whole(metadata)
  }

  /// Reads bytes that are in memory already.
  ///
  /// - Throws: ``GGUFError``, but for the system's errors.
  public init(contents: Buffer<UInt8>) throws(GGUFError) {
    let header = try GGUFHeader(contents)
    try self.init(header, header.tensors, [Part(contents: contents, mapping: nil)])
  }

  private init(
    _ header: GGUFHeader, _ tensors: [GGUFTensor], _ parts: [Part]
  ) throws(GGUFError) {
    version = Int(header.version)
    metadata = header.metadata
    alignment = header.alignment
    self.tensors = tensors
    self.parts = parts
    var places: [ByteName: Int] = [:]
    for (place, tensor) in tensors.enumerated() {
      guard places.updateValue(place, forKey: ByteName(tensor.name)) == nil else {
        throw .duplicateTensor(name: tensor.name)
      }
    }
    self.places = places
  }

  private static func part(
    _ path: String, _ copies: Bool
  ) throws(GGUFError) -> (GGUFHeader, Part) {
    let mapping: MappedFile
    do { mapping = try MappedFile(path: path, copies: copies) } catch { throw .file(error) }
    let header = try GGUFHeader(mapping.bytes)
    // The header was copied: a vocabulary takes megabytes.
    mapping.forget(0..<(header.tensors.map(\.range.lowerBound).min() ?? 0))
    return (header, Part(contents: mapping.bytes, mapping: mapping))
  }

  /// How many files there are.
  public var fileCount: Int { parts.count }

  /// The bytes of all files.
  public var byteCount: Int { parts.reduce(0) { $0 + $1.contents.count } }

  /// The tensor of a name.
  public subscript(name: String) -> GGUFTensor? { places[ByteName(name)].map { tensors[$0] } }

  /// The bytes of a tensor, where they lie in the file.
  ///
  /// - Throws: ``GGUFError/missing(name:)``.
  public func bytes(of name: String) throws(GGUFError) -> Buffer<UInt8> {
    let tensor = try tensor(name)
    return parts[tensor.part].contents.part(tensor.range)
  }

  /// Takes the arrays of a tokenizer that was made out of the metadata: names of tokens, merges, scores and kinds.
  package mutating func forgetTokens() { metadata.forgetTokens() }

  /// Gives the memory of a tensor's pages back, where the file is mapped; they are read again when
  /// they are touched. Reading one tensor after another so takes the memory of one.
  public func forget(_ name: String) {
    guard let tensor = self[name] else { return }
    parts[tensor.part].mapping?.forget(tensor.range)
  }

  /// The same of the pages of some rows.
  ///
  /// - Precondition: The tensor has those rows.
  package func forget(_ name: String, rows: Range<Int>) {
    guard let tensor = self[name] else { return }
    let (bytes, start) = (tensor.bytes(of: rows), tensor.range.lowerBound)
    parts[tensor.part].mapping?.forget(start + bytes.lowerBound..<start + bytes.upperBound)
  }

  func tensor(_ name: String) throws(GGUFError) -> GGUFTensor {
    guard let tensor = self[name] else { throw .missing(name: name) }
    return tensor
  }
}

extension GGUFTensor {
  /// The same in a later file.
  fileprivate func inPart(_ number: Int) -> GGUFTensor {
    var tensor = self
    tensor.part = number
    return tensor
  }
}
