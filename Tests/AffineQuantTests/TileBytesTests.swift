import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// What weights take in memory: the bits that their types promise, or those that the documentation says they take.
@Suite struct TileBytesTests {
  static let types = Catalog.types.filter(\.liesInPanels)
  static let executions = [InstructionSet.portable, .avx2, .running].map {
    Execution(threads: 1, instructionSet: $0)
  }

  /// A panel of scalable vectors, the longest, has so many rows.
  private static let rows = 128
  private static let columns = 256

  private static func bytes(
    _ type: QuantizedType, _ rows: Int, _ columns: Int, _ execution: Execution
  ) -> Int {
    Samples.codes(rows, columns, type).tiled(execution).byteCount
  }

  /// Sums of products of neighbours, which AVX2 alone wants of whole numbers in bytes: four bytes a row and slice.
  private static func sums(_ type: QuantizedType, lying bits: Int, _ execution: Execution) -> Int {
    let isAlone = execution.instructionSet.intersection(.running) == .avx2
    return isAlone && bits == 8 && type.storage.isInteger ? 4 : 0
  }

  @Test(arguments: types) func whatIsSaidOfAShapeIsWhatLies(type: QuantizedType) {
    for (rows, columns) in [(1, 1), (37, 70), (33, 256)] {
      for execution in Self.executions {
        let said = type.packedByteCount(of: Shape(rows, columns), on: execution)
        let found = Self.bytes(type, rows, columns, execution)
        #expect(said == found, "\(type.name) \(rows)×\(columns)")
      }
    }
  }

  /// Codes at their own bits, and scales in the bytes of their type: one for 32 codes. A zero point takes four bytes
  /// there, and two beside them.
  @Test(arguments: CodeFormat.all, ScaleFormat.allCases)
  func codesAndScalesLieAtTheirOwnBits(storage: CodeFormat, scale: ScaleFormat) throws {
    let kinds: [(MappingFormat.Kind, Int)] = [
      (.symmetric, scale.byteCount), (.asymmetric, scale.byteCount + 6),
      (.biased, 2 * scale.byteCount),
    ]
    let (rows, columns) = (Self.rows, Self.columns)
    var count = 0
    for (kind, parameters) in kinds {
      let mapping = MappingFormat(kind: kind, scale: scale)
      guard let type = try? QuantizedType(storage, Block(rows: 1, columns: 32), mapping) else {
        continue
      }
      count += 1
      for execution in Self.executions {
        let blockBytes = parameters + Self.sums(type, lying: storage.bits, execution)
        let expected = rows * columns * storage.bits / 8 + rows * columns / 32 * blockBytes
        let found = Self.bytes(type, rows, columns, execution)
        #expect(found == expected, "\(type.name)")
      }
    }
    #expect(count > 0)
  }

  /// Where blocks are not whole k-groups, codes lie in half bytes or bytes.
  @Test(
    arguments: [
      (1, 32, 16), (2, 16, 24), (3, 32, 16), (5, 32, 48), (6, 16, 24), (7, 32, 16),
    ])
  func codesOfOtherBlocksLieWider(bits: Int, group: Int, other: Int) throws {
    let columns = 768
    for (width, lying) in [(group, bits), (other, bits < 4 ? 4 : 8)] {
      let type = try #require(QuantizedType(name: "uint\(bits)-group\(width)-biased-float16"))
      for execution in Self.executions {
        let blockBytes = 4 + Self.sums(type, lying: lying, execution)
        let expected = Self.rows * (columns * lying / 8 + columns / width * blockBytes)
        let found = Self.bytes(type, Self.rows, columns, execution)
        #expect(found == expected, "\(type.name)")
      }
    }
  }

  /// Codes of two bits that are places in a table of a caller's lie in half bytes.
  @Test func smallTablesLieInHalfBytes() throws {
    for bits in 1...4 {
      let values = (1...1 << bits).map { Float($0) }
      let type = try QuantizedType(
        .unsigned(bits: bits), Block(rows: 1, columns: 32),
        MappingFormat(
          kind: .codebook(CodebookFormat(name: "small\(bits)", values: values)), scale: .float32))
      for execution in Self.executions {
        let found = Self.bytes(type, Self.rows, Self.columns, execution)
        #expect(found == Self.rows * (Self.columns / 2 + Self.columns / 32 * 4))
      }
    }
  }

  /// A scale that some rows share is there for each of them.
  @Test func blocksOfSeveralRowsHaveAScaleForEach() throws {
    let type = try #require(QuantizedType(name: "int4-block32x32"))
    for execution in Self.executions {
      let found = Self.bytes(type, Self.rows, Self.columns, execution)
      #expect(found == Self.rows * (Self.columns / 2 + Self.columns / 32 * 4))
    }
    let file = Self.rows / 32 * (Self.columns / 32) * 4 + Self.rows * Self.columns / 2
    #expect(type.byteCount(of: Shape(Self.rows, Self.columns)) == file)
  }

  /// Products of floats with biased types keep a zero point for each block beside the codes, once there has been one.
  @Test func whatProductsKeepIsCounted() throws {
    let weight = Samples.codes(Self.rows, 64, UInt4BiasedWeight.type).tiled()
    let before = weight.byteCount
    _ = try ErasedOperand.product(
      .linear, .float(.float32(Samples.matrix(1, 64))), .quantized(weight))
    #expect(weight.byteCount > before && weight.byteCount <= before + 2 * 4 * Self.rows * 2)
  }

  /// The bits that the article's tables state, of a matrix of 4096 × 4096.
  @Test func theArticleStatesTheBits() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let article = try String(
      contentsOf: folder.deletingLastPathComponent().appending(path: "Docs.docc/TheType.md"),
      encoding: .utf8)
    var names: Set<String> = [], stated = 0
    var isTable = false
    for line in article.split(separator: "\n", omittingEmptySubsequences: false) {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count > 2, !cells[0].hasPrefix("---") else {
        isTable = isTable && !line.isEmpty
        continue
      }
      if cells[1] == "bits a weight" { isTable = true }
      guard isTable, let bits = Double(cells[1]) else { continue }
      let name = String(cells[0].prefix { $0 != "," })
      let type = try #require(Self.aliases[name] ?? QuantizedType(name: name), "\(line)")
      names.insert(type.name)
      stated += 1
      for execution in Self.executions {
        let bytes = type.packedByteCount(of: Shape(4096, 4096), on: execution)
        // A scale of a whole row, and sums for it, are less than a hundredth of a bit.
        #expect(abs(8 * Double(bytes) / 0x1p24 - bits) < 0.011, "\(line): \(bytes) bytes")
      }
    }
    #expect(stated >= 36 && names.count >= 21)
  }

  /// What the article calls some types.
  private static let aliases = [
    "NVFP4": NVFP4Weight.type, "MXFP4": MXFP4Weight.type, "Q2_K": Q2KWeight.type,
    "Q3_K": Q3KWeight.type, "Q4_K": Q4KWeight.type, "Q5_K": Q5KWeight.type,
    "Q6_K": Q6KWeight.type, "the same": DoubleQuantizedNF4Weight.type,
  ]
}
