internal import AffineFormats
internal import AffineLayers
public import AffineQuant

extension Checkpoint {
  /// Writes one safetensors file, in which quantized matrices lie as in any other of this library.
  ///
  /// The file appears under its name when all of it is on the disk: a run that is killed at any time
  /// leaves the last whole one, and perhaps, beside it, the beginning of the next, whose name ends in
  /// `.partial`.
  ///
  /// - Throws: ``CheckpointError``; an old file of this name is untouched then.
  public func write(to path: String) throws(CheckpointError) {
    let writer = try writer()
    do { try writer.write(to: path) } catch { throw .file(error) }
  }

  /// The bytes of the file.
  ///
  /// - Throws: ``CheckpointError``, but for the system's errors.
  public func contents() throws(CheckpointError) -> [UInt8] { try writer().contents }

  /// Reads a file; its bytes are mapped and not copied.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - copies: Copy all bytes into memory, so that the file may be rewritten.
  /// - Returns: What it holds.
  /// - Throws: ``CheckpointError``, for every way in which a file can be wrong.
  public static func load(
    from path: String, copies: Bool = false
  ) throws(CheckpointError) -> Checkpoint {
    let file: SafeTensorsFile
    do { file = try SafeTensorsFile(path: path, copies: copies) } catch { throw .file(error) }
    return try Checkpoint(file)
  }

  /// Reads bytes that are in memory already.
  ///
  /// - Throws: ``CheckpointError``, but for the system's errors.
  public init(contents: Buffer<UInt8>) throws(CheckpointError) {
    let file: SafeTensorsFile
    do { file = try SafeTensorsFile(contents: contents) } catch { throw .file(error) }
    try self.init(file)
  }

  private func writer() throws(CheckpointError) -> SafeTensorsWriter {
    try Self.check(Array(metadata.keys))
    try Self.check(Array(tensors.keys))
    var writer = SafeTensorsWriter()
    if let name = metadata.keys.sorted().first(where: { SafeTensorsWriter.describedName($0) != nil }
    ) {
      throw .reservedName(name)
    }
    for (name, text) in metadata { writer.metadata[name] = text }
    for (name, value) in tensors.sorted(by: { $0.key < $1.key }) {
      do {
        switch value {
        case .float32(let matrix): try writer.add(name, matrix)
        case .bfloat16(let matrix): try writer.add(name, matrix)
        case .codes(let matrix): try writer.add(name, matrix)
        }
      } catch { throw .file(error) }
    }
    return writer
  }

  private init(_ file: SafeTensorsFile) throws(CheckpointError) {
    self.init()
    try Self.check(file.header.metadata.keys)
    try Self.check(file.names)
    for (name, text) in file.header.metadata where SafeTensorsWriter.describedName(name) == nil {
      metadata[name] = text
    }
    var parts: Set<String> = []
    do {
      for name in file.quantizedNames {
        let matrix = try file.quantized(name)
        parts.formUnion(SafeTensorsWriter.partNames(of: name, matrix.quantizedType))
        tensors[name] = .codes(matrix)
      }
      for entry in file.header.entries where !parts.contains(entry.name) {
        guard tensors[entry.name] == nil else { throw SafeTensorsError.duplicate(name: entry.name) }
        tensors[entry.name] = try Self.matrix(entry, file)
      }
    } catch let error as SafeTensorsError {
      throw .file(error)
    } catch let error as CheckpointError {
      throw error
    } catch {
      preconditionFailure("an error of neither kind: \(error)")
    }
  }

  /// Names are keys of dictionaries here: of two that look alike one would stay, and to compare long ones
  /// takes a time that grows with the square of a run of combining marks.
  private static func check(_ names: [String]) throws(CheckpointError) {
    var seen: Set<String> = []
    for name in names {
      guard name.utf8.count <= longestName || name.utf8.allSatisfy({ $0 < 0x80 }) else {
        throw .longName(beginning: String(name.unicodeScalars.prefix(32)), bytes: name.utf8.count)
      }
      guard seen.insert(name).inserted else { throw .file(.duplicate(name: name)) }
    }
  }

  /// Bytes of a name that is not ASCII.
  private static let longestName = 256

  private static func matrix(
    _ entry: SafeTensorsHeader.Entry, _ file: SafeTensorsFile
  ) throws -> StoredMatrix {
    switch (entry.element, entry.shape.count) {
    case (.float32, 2): .float32(try file.matrix(entry.name))
    case (.bfloat16, 2): .bfloat16(try file.matrix(entry.name))
    default:
      throw CheckpointError.unreadable(
        tensor: entry.name, found: "\(entry.element.rawValue) \(entry.shape)")
    }
  }
}
