import AffineFormats
import AffineQuant

/// What a GGUF file holds.
struct GGUFReport: Encodable {
  struct Tensor: Encodable {
    let name, type: String
    /// The type that the tensor is read as, code for code.
    let quantizedType: String?
    let shape: [Int]
    let bytes: Int
  }

  struct Entry: Encodable {
    let key, value: String
  }

  let file: String
  let version, alignment, files: Int
  let tensors: [Tensor]
  /// In the order of the file; long texts and arrays are cut.
  let metadata: [Entry]

  init(_ path: String) throws {
    let contents = try GGUFFile.open(path)
    file = path
    version = contents.version
    alignment = contents.alignment
    files = contents.fileCount
    tensors = contents.tensors.map {
      Tensor(
        name: $0.name, type: $0.type.name, quantizedType: $0.type.quantizedType?.name,
        shape: $0.dimensions, bytes: $0.byteCount)
    }
    metadata = contents.metadata.keys.map {
      Entry(key: $0, value: contents.metadata[$0]?.summary ?? "")
    }
  }

  var text: String {
    var parts = TextTable(["tensor", "type", "read as", "shape", "bytes"])
    for tensor in tensors {
      parts.rows.append([
        tensor.name, tensor.type, tensor.quantizedType ?? "", "\(tensor.shape)",
        "\(ByteCount(tensor.bytes))",
      ])
    }
    let total = tensors.reduce(0) { $0 + $1.bytes }
    var notes = TextTable(["metadata", "value"])
    notes.rows = metadata.map { [$0.key, $0.value] }
    let summary =
      "GGUF version \(version), \(tensors.count) tensors, \(ByteCount(total)), aligned to \(alignment)"
      + (files > 1 ? ", in \(files) files" : "")
    return [parts.plain, summary, notes.plain].joined(separator: "\n\n")
  }
}
