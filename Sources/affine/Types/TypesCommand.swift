import AffineBench
import AffineFormats
import AffineQuant
import ArgumentParser

/// Lists the names of types.
struct TypesCommand: ParsableCommand {
  /// One type, as scripts read it.
  struct Entry: Encodable {
    let name, storage, granularity, mapping, scale: String
    /// Of a code, and of a weight with its part of the scale and of the zero point or bias.
    let codeBits: Int
    let bitsPerWeight: Double
    let bytesPerWeight: Double
    /// Of a weight that is packed for this CPU: a matrix whose layout is ``Tiled``.
    let packedBitsPerWeight: Double
    /// What GGUF calls blocks of such codes and scales, as options name them; several may hold the same.
    let gguf: [String]
  }

  static let configuration = CommandConfiguration(
    commandName: "types", abstract: "List the names of types, with the bits and bytes of a weight.",
    discussion: """
      Types compose freely: other groups than 32, 64 and 128, other blocks than 32 × 32 and, where a type \
      has groups, other scales can be named too, as int4-group48 or int8-block16x64. Float types are float32, \
      float16 and bfloat16. GGUF's name of a type, as q4_k, names it too.

      Bits packed are those in memory of a weight that is Tiled, as products on this CPU read it: rows fill panels, a scale of \
      several rows is there for each of them, and codes lie wider where blocks are not whole groups of theirs.

        affine types int4
        affine types uint4-group32 --rows 4096 --columns 14336
      """)

  @Argument(help: "Only names that begin so, or any type.", completion: .types) var prefix = ""
  @Option(help: "Rows of the matrix whose bytes are counted.") var rows = 4096
  @Option(help: "Its columns.") var columns = 4096
  @Option(help: "How to print.") var format = DocumentFormat.table

  func validate() throws {
    for (name, extent) in [("rows", rows), ("columns", columns)] {
      try require(extent, in: 1...1 << 24, for: "--\(name)")
    }
  }

  func run() throws {
    var types = Catalog.types.filter { type in
      type.name.hasPrefix(prefix)
        || Self.blocks(type).contains { $0.hasPrefix(prefix.lowercased()) }
    }
    // Types compose: a name may be none of the list.
    if types.isEmpty { types = [try QuantizedType.named(prefix)] }
    let entries = types.map { entry($0) }
    switch format {
    case .json: try printJSON(entries)
    case .table: try show(table(entries).plain)
    case .markdown: try show(table(entries).markdown)
    }
  }

  private func entry(_ type: QuantizedType) -> Entry {
    let shape = Shape(rows, columns)
    let bytes = Double(type.byteCount(of: shape)) / Double(rows) / Double(columns)
    let packed = Double(type.packedByteCount(of: shape)) / Double(rows) / Double(columns)
    return Entry(
      name: type.name, storage: type.storage.name, granularity: type.block.name,
      mapping: type.mapping.kind.name,
      scale: (type.mapping.codes.map { "\($0.table?.name ?? $0.storage.name)-\($0.block.name)-" }
        ?? "")
        + type.mapping.scale.rawValue,
      codeBits: type.storage.bits, bitsPerWeight: 8 * bytes, bytesPerWeight: bytes,
      packedBitsPerWeight: 8 * packed, gguf: Self.blocks(type))
  }

  private static func blocks(_ type: QuantizedType) -> [String] {
    GGUFTensorType.allCases.filter { $0.quantizedType == type }.map(\.argument)
  }

  private func table(_ entries: [Entry]) -> TextTable {
    var table = TextTable([
      "name", "storage", "granularity", "mapping", "scale", "bits of a code", "bits a weight",
      "bytes a weight", "bits packed", "in GGUF",
    ])
    table.rows = entries.map {
      [
        $0.name, $0.storage, $0.granularity, $0.mapping, $0.scale, "\($0.codeBits)",
        $0.bitsPerWeight.fixed(3), $0.bytesPerWeight.fixed(4),
        $0.packedBitsPerWeight.fixed(3), $0.gguf.joined(separator: ", "),
      ]
    }
    return table
  }
}
