/// The types that reports list: every storage and mapping, with the granularities people use.
///
/// Types compose freely, so no list is complete; a storage, mapping or granularity added here is in
/// the report, the tests and the benchmarks at once.
public enum Catalog {
  /// The granularities: group sizes and block extents are free, these stand for all.
  public static let blocks: [Block] = [
    Block(rows: Block.whole, columns: Block.whole), Block(rows: 1, columns: Block.whole),
    Block(rows: Block.whole, columns: 1), Block(rows: 1, columns: 32), Block(rows: 1, columns: 64),
    Block(rows: 1, columns: 128), Block(rows: 32, columns: 32),
  ]

  /// The mappings with scales in `Float`.
  public static let mappings: [MappingFormat] =
    ([.symmetric, .asymmetric, .biased] + CodebookFormat.all.map { .codebook($0) }).map {
      MappingFormat(kind: $0, scale: .float32)
    }

  /// The mappings with shorter scales: what files of grouped weights hold.
  private static let shortScales: [MappingFormat] =
    [MappingFormat.Kind.symmetric, .asymmetric, .biased].flatMap { kind in
      [.float16, .bfloat16].map { MappingFormat(kind: kind, scale: $0) }
    } + [MappingFormat(kind: .symmetric, scale: .e8m0)]

  /// The types of files that no list above makes: scales that are codes, and groups of 256.
  private static let typesOfFiles: [QuantizedType] = [
    Q2KWeight.type, Q3KWeight.type, Q4KWeight.type, Q5KWeight.type, Q6KWeight.type,
    NVFP4Weight.type, TernaryGroupWeight.type, DoubleQuantizedNF4Weight.type,
  ]

  /// Every type that compiles, of these parts.
  public static let types: [QuantizedType] =
    CodeFormat.all.flatMap { storage in
      blocks.flatMap { block in
        let isGrouped = block == Block(rows: 1, columns: 32)
        return (mappings + (isGrouped ? shortScales : [])).compactMap {
          try? QuantizedType(storage, block, $0)
        }
      }
    } + typesOfFiles

  /// What stands on the other side of a product: activations, gradients.
  public static let activations: [OperandType] =
    ElementType.allCases.map { .float($0) }
    + [
      "int8-row", "int8-tensor", "int8-column", "int8-block32x32", "uint8-row", "uint8-tensor",
      "uint8-row-biased", "float8e4m3-row",
    ].compactMap { OperandType(name: $0) }

  /// Those that are multiplied as bfloat16 too.
  static let brainActivations: [OperandType] = ["bfloat16", "float8e4m3-row"]
    .compactMap { OperandType(name: $0) }
}
