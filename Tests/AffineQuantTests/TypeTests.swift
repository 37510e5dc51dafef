import AffineQuant
import AffineTestSupport
import Testing

@Suite struct TypeTests {
  @Test(arguments: Catalog.types) func namesReadBack(type: QuantizedType) {
    #expect(QuantizedType(name: type.name) == type)
  }

  @Test(arguments: [
    "", "int8", "int9-row", "int8-group0", "int8-group-1", "int8-groupx", "int8-block32",
    "int8-block0x4", "uint8-row-symmetric", "float8e4m3-row-asymmetric", "uint8-row-nf4",
    "int8-row-float64", "int8-row-biased-float16-x", "int8-group99999999999999999999",
  ])
  func wrongNamesAreRefused(name: String) {
    #expect(QuantizedType(name: name) == nil)
  }

  @Test func tokensAreRows() {
    #expect(QuantizedType(name: "int8-token") == Int8Activations.type)
    #expect(UInt8Activations.type.name == "uint8-row")
    #expect(MXFP4Weight.type.name == "float4e2m1-group32-e8m0")
    #expect(UInt4BiasedWeight.type.name == "uint4-group32-biased")
  }

  /// The rule that values state is the rule that the compiler has.
  @Test func legalityAsValuesAgreesWithTheTypes() {
    let granularities: [any Granularity.Type] = [
      PerTensor.self, PerRow.self, PerColumn.self, PerGroup<32>.self, PerBlock<32, 32>.self,
    ]
    for granularity in granularities {
      let block = granularity.block
      #expect(block.isRowSliced == (granularity is any RowSliced.Type))
      #expect(block.isColumnSliced == (granularity is any ColumnSliced.Type))
      #expect(block.isTransposable == (granularity is any TransposableGranularity.Type))
    }
  }

  @Test func matricesDescribeThemselves() throws {
    let weight = try Int4Weight(quantizing: Samples.matrix(4, 64))
    #expect("\(weight)" == "int4-group32 4×64, 160 bytes")
    // Tiles have more rows than 4; how many is the CPU's.
    let tiled = weight.tiled()
    #expect(tiled.byteCount >= 160)
    #expect("\(tiled)" == "int4-group32 4×64, tiled, \(tiled.byteCount) bytes")
    #expect("\(weight.erased)" == "int4-group32 4×64")
  }

  @Test func anErasedMatrixBecomesItsTypeOnly() throws {
    let weight = try Int4Weight(quantizing: Samples.matrix(4, 64))
    #expect(try Int4Weight(weight.erased) == weight)
    let error = QuantizationError.typeMismatch(expected: "int8-row", found: "int4-group32")
    #expect(throws: error) { try Int8Weight(weight.erased) }
  }

  @Test func partsFromOutsideAreChecked() {
    let bytes = Buffer<UInt8>([0, 1, 2, 3, 4, 5])
    func make(_ scales: [Float], _ zeroPoints: [Int16] = []) throws {
      _ = try AffineQuantized<UInt8, RowMajor<PerRow, Asymmetric>>(
        shape: Shape(2, 3), codeBytes: bytes,
        parameters: QuantizationParameters(scales: scales, zeroPoints: zeroPoints))
    }
    #expect(throws: Never.self) { try make([1, -1], [0, 255]) }
    #expect(throws: QuantizationError.shape(.wrongCount(of: "scales", expected: 2, found: 1))) {
      try make([1], [0, 0])
    }
    #expect(throws: QuantizationError.self) { try make([1, .nan], [0, 0]) }
    #expect(throws: QuantizationError.self) { try make([1, 1], [0, 256]) }
    #expect(throws: QuantizationError.self) { try make([1, 1]) }
    #expect(throws: ShapeError.wrongCount(of: "values", expected: 6, found: 5)) {
      try Matrix<Float>(Shape(2, 3), [1, 2, 3, 4, 5])
    }
    #expect(throws: ShapeError.invalid(rows: -1, columns: 3)) {
      try Matrix<Float>(Shape(-1, 3), [Float]())
    }
  }

  /// A shape that a caller computes from a file may be any.
  @Test(arguments: Catalog.types) func bytesOfImpossibleShapesAreNotCounted(type: QuantizedType) {
    for extents in [(1 << 40, 1 << 40), (.max, 1), (1, .max), (.max, .max)] as [(Int, Int)] {
      #expect(type.byteCount(of: Shape(extents.0, extents.1)) == .max)
    }
    for extents in [(0, .max), (.max, 0), (-1, 5), (.min, .min)] as [(Int, Int)] {
      #expect(type.byteCount(of: Shape(extents.0, extents.1)) == 0)
    }
    let codes = 4096 * ((4096 * type.storage.bits + 7) / 8)
    #expect((codes...codes + 8 * 4096 * 4096).contains(type.byteCount(of: Shape(4096, 4096))))
  }

  @Test(arguments: SmallFloat.allCases) func smallFloatsRoundToNearestEven(format: SmallFloat)
    throws
  {
    let values = (0..<1 << format.bits).map { format.value(of: UInt8($0)) }.filter(\.isFinite)
    let sorted = Set(values).sorted()
    #expect(sorted.last == format.largest)
    let type = try QuantizedType(
      .float(format), Block(rows: 1, columns: Block.whole),
      MappingFormat(kind: .symmetric, scale: .float32))
    // Between any two neighbours: the nearer one.
    for (low, high) in zip(sorted, sorted.dropFirst()) {
      for (value, expected) in [(low * 0.75 + high * 0.25, low), (low * 0.25 + high * 0.75, high)] {
        let matrix = try CodeMatrix.quantize(
          Matrix<Float>(rows: 1, columns: 1) { _, _ in value }, as: type,
          with: QuantizationParameters(scales: [1]), QuantizationOptions(), .standard)
        #expect(Oracle.numbers(matrix).values == [Double(expected)])
      }
    }
  }
}
