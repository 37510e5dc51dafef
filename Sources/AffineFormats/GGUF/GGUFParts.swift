/// The names of a model's files, of which the first names the others: llama.cpp splits models so.
struct GGUFParts {
  /// How many files there are.
  let count: Int
  /// How many tensors they have together, if the first says so.
  private let tensorCount: Int?

  private static let numberKey = "split.no"
  private static let countKey = "split.count"
  private static let tensorCountKey = "split.tensors.count"

  /// Reads the metadata of a first part; `nil` of a file that is no part.
  init?(_ metadata: GGUFMetadata) throws(GGUFError) {
    guard metadata[Self.countKey] != nil else { return nil }
    count = try metadata.int(Self.countKey, .uint16)
    guard count > 1 else { return nil }
    let number = try metadata.int(Self.numberKey, .uint16)
    guard number == 0 else { throw .laterPart(number: number + 1, of: count) }
    tensorCount =
      metadata[Self.tensorCountKey] == nil ? nil : try metadata.int(Self.tensorCountKey, .int32)
  }

  /// The path of a part, counted from 0, beside the first.
  func path(_ part: Int, besides first: String) throws(GGUFError) -> String {
    guard let prefix = first.before(suffix: Self.suffix(1, count)) else {
      throw .partName(first, of: count)
    }
    return prefix + Self.suffix(part + 1, count)
  }

  /// Checks what a later part says of itself.
  func check(_ metadata: GGUFMetadata, part: Int, path: String) throws(GGUFError) {
    let found = (
      try metadata.int(Self.numberKey, .uint16), try metadata.int(Self.countKey, .uint16)
    )
    guard found == (part, count) else {
      throw .wrongPart(
        path: path, found: "part \(found.0 + 1) of \(found.1)",
        expected: "part \(part + 1) of \(count)")
    }
  }

  /// Checks the tensors of all parts together.
  func check(tensorCount found: Int) throws(GGUFError) {
    guard let tensorCount, tensorCount != found else { return }
    throw .wrongTensorCount(found: found, expected: tensorCount)
  }

  /// The metadata of the whole, which is no part.
  static func whole(_ metadata: GGUFMetadata) -> GGUFMetadata {
    var metadata = metadata
    for key in [numberKey, countKey, tensorCountKey] { metadata[key] = nil }
    return metadata
  }

  /// What the name of a part ends in: `-00001-of-00002.gguf`.
  static func suffix(_ number: Int, _ count: Int) -> String {
    "-\(digits(number))-of-\(digits(count)).gguf"
  }

  private static func digits(_ number: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(5 - digits.utf8.count, 0)) + digits
  }
}
