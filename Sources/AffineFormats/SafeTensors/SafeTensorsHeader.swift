/// What a safetensors file holds and where.
///
/// Source: the format's description (huggingface/safetensors): a length of 8 bytes, little-endian,
/// a JSON object, the bytes of the tensors without holes or overlaps.
public struct SafeTensorsHeader: Sendable {
  /// One tensor.
  public struct Entry: Sendable, Hashable {
    /// The name of the tensor.
    public let name: String
    /// The type of its elements.
    public let element: TensorElement
    /// Its extents, row-major.
    public let shape: [Int]
    /// Where its bytes lie in its file.
    public let range: Range<Int>
    /// The number of its file, of a checkpoint in several.
    var file = 0
  }

  /// The tensors in the order of the header.
  public let entries: [Entry]
  /// Free text by name.
  public let metadata: NamedValues<String>
  private let places: [ByteName: Int]

  /// What is no tensor.
  static let metadataName = "__metadata__"
  /// The longest header that readers of the format accept.
  static let maximumLength = 100_000_000

  /// The tensor of a name.
  public subscript(name: String) -> Entry? { places[ByteName(name)].map { entries[$0] } }

  /// Reads and checks a header; every range that comes out of it lies in the file.
  init(_ file: borrowing Span<UInt8>) throws(SafeTensorsError) {
    if let kind = FileKind(file), kind != .safeTensors { throw .otherKind(kind.rawValue) }
    guard file.count >= 8 else { throw .tooShort(bytes: file.count) }
    var length: UInt64 = 0
    for index in 0..<8 { length |= UInt64(file[index]) << UInt64(8 * index) }
    guard length <= Self.maximumLength, length <= file.count - 8 else {
      throw .headerLength(length, fileBytes: file.count)
    }
    let end = 8 + Int(length)
    let text = (8..<end).map { file[$0] }
    let document: JSONValue
    do { document = try JSONParser.parse(text) } catch {
      throw .malformedHeader(reason: error.reason, byte: 8 + error.byte)
    }
    guard text.first == UInt8(ascii: "{"), let members = document.members else {
      throw .malformedHeader(reason: "the document is not an object", byte: 8)
    }
    var entries: [Entry] = []
    var metadata: NamedValues<String> = [:]
    for (name, value) in members {
      if name.isSame(as: Self.metadataName) {
        metadata = try Self.metadata(value)
      } else {
        entries.append(try Self.entry(name, value, dataStart: end, fileBytes: file.count))
      }
    }
    self.init(entries, metadata)
    try checkPlaces(end..<file.count)
  }

  /// Collects tensors, no two of one name.
  init(_ entries: [Entry], _ metadata: NamedValues<String>) {
    self.entries = entries
    self.metadata = metadata
    places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { (ByteName($1.name), $0) })
  }

  private static func metadata(
    _ value: JSONValue
  ) throws(SafeTensorsError) -> NamedValues<String> {
    var metadata: NamedValues<String> = [:]
    for (name, value) in value.members ?? [(metadataName, .null)] {
      guard let text = value.text else {
        throw .malformedEntry(name: name, reason: "metadata is not text")
      }
      metadata[name] = text
    }
    return metadata
  }

  private static func entry(
    _ name: String, _ value: JSONValue, dataStart: Int, fileBytes: Int
  ) throws(SafeTensorsError) -> Entry {
    guard let members = value.members else {
      throw .malformedEntry(name: name, reason: "the description is not an object")
    }
    let fields = ["dtype", "shape", "data_offsets"].map(value.member)
    guard members.count == fields.count, !fields.contains(nil) else {
      throw .malformedEntry(name: name, reason: "dtype, shape and data_offsets are needed, alone")
    }
    guard let type = fields[0]?.text else {
      throw .malformedEntry(name: name, reason: "dtype is not text")
    }
    guard let element = TensorElement.named(type) else {
      throw .unknownElement(name: name, element: type)
    }
    guard let shape = fields[1]?.counts else {
      throw .malformedEntry(name: name, reason: "shape is not an array of whole numbers")
    }
    guard let offsets = fields[2]?.counts, offsets.count == 2,
      offsets[0] <= offsets[1], offsets[1] <= fileBytes
    else {
      throw .malformedEntry(name: name, reason: "data_offsets are not a range in the file")
    }
    guard Extents.count(shape) != nil else {
      throw .malformedEntry(name: name, reason: "the shape \(shape) is no size of a tensor")
    }
    let bytes = offsets[1] - offsets[0]
    guard element.byteCount(shape: shape) == bytes else {
      throw .wrongSize(name: name, shape: shape, element: element, bytes: bytes)
    }
    return Entry(
      name: name, element: element, shape: shape,
      range: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  /// The tensors, in the order of their bytes, must fill the data without holes or overlaps.
  private func checkPlaces(_ data: Range<Int>) throws(SafeTensorsError) {
    var position = data.lowerBound
    let ordered = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for entry in ordered {
      guard entry.range.lowerBound == position, entry.range.upperBound <= data.upperBound else {
        throw .misplaced(
          name: entry.name, range: entry.range, expectedStart: position, dataBytes: data.upperBound)
      }
      position = entry.range.upperBound
    }
    guard position == data.upperBound else {
      throw .misplaced(
        name: ordered.last?.name ?? "", range: position..<data.upperBound, expectedStart: position,
        dataBytes: data.upperBound)
    }
  }
}
