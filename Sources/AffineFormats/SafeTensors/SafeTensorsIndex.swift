internal import AffineQuant

/// Which file of a checkpoint has which tensor: `model.safetensors.index.json` of Hugging Face.
///
/// Its `weight_map` names for every tensor a file beside the index.
struct SafeTensorsIndex {
  /// What names of indices end in.
  static let suffix = ".index.json"

  /// The files, in the order in which tensors name them.
  let files: [String]
  /// The file of each tensor.
  private let places: NamedValues<Int>

  /// Reads the bytes of an index.
  ///
  /// - Throws: ``SafeTensorsError/malformedIndex(reason:)``.
  init(_ contents: Buffer<UInt8>) throws(SafeTensorsError) {
    let document: JSONValue
    do { document = try JSONParser.parse(contents.array) } catch {
      throw .malformedIndex(reason: "\(error.reason) at byte \(error.byte)")
    }
    guard let map = document.member("weight_map")?.members else {
      throw .malformedIndex(reason: "there is no object 'weight_map'")
    }
    var numbers = NamedValues<Int>()
    var places = NamedValues<Int>()
    for (name, value) in map {
      // A name with a folder in it could lead anywhere.
      guard let file = value.text, !file.utf8.contains(UInt8(ascii: "/")), !file.utf8.contains(0),
        file.before(suffix: ".safetensors") != nil
      else {
        throw .malformedIndex(
          reason: "the tensor '\(name)' lies in \(value.serialized), which is no safetensors file")
      }
      let number = numbers[file] ?? numbers.count
      numbers[file] = number
      places[name] = number
    }
    files = numbers.keys
    self.places = places
  }

  /// The headers of all files as one.
  ///
  /// - Throws: ``SafeTensorsError``: a tensor of the index that is not in its file, one that is in
  ///   another, metadata of one name that differ.
  func joined(
    _ parts: [(file: String, header: SafeTensorsHeader)]
  ) throws(SafeTensorsError) -> SafeTensorsHeader {
    var entries: [SafeTensorsHeader.Entry] = []
    var metadata = NamedValues<String>()
    for (number, part) in parts.enumerated() {
      for entry in part.header.entries {
        guard places[entry.name] == number else {
          throw .malformedIndex(
            reason: "it does not place the tensor '\(entry.name)' in '\(part.file)', which has it")
        }
        var entry = entry
        entry.file = number
        entries.append(entry)
      }
      for (name, text) in part.header.metadata {
        guard metadata[name]?.isSame(as: text) ?? true else {
          throw .malformedIndex(reason: "the files have two texts of the name '\(name)'")
        }
        metadata[name] = text
      }
    }
    let header = SafeTensorsHeader(entries, metadata)
    for (name, number) in places where header[name] == nil {
      throw .malformedIndex(reason: "'\(files[number])' does not have the tensor '\(name)'")
    }
    return header
  }
}
