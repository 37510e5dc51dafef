import AffineQuant
import AffineTestSupport
import Testing

@Suite struct PackingTests {
  /// Codes survive packing at every count around whole bytes, as the oracle reads them bit by bit.
  @Test(arguments: CodeFormat.all)
  func codesSurviveQuantizingAndReading(storage: CodeFormat) throws {
    let kind: MappingFormat.Kind = storage.isSigned || !storage.isInteger ? .symmetric : .asymmetric
    let type = try QuantizedType(
      storage, Block(rows: 1, columns: Block.whole), MappingFormat(kind: kind, scale: .float32))
    for columns in 0...33 {
      let matrix = Samples.codes(2, columns, type, seed: UInt64(columns))
      let values = Oracle.numbers(matrix).values.map(Float.init)
      #expect(matrix.dequantized(as: Float.self).values.array == values)
      guard columns > 0 else { continue }
      let parameters = QuantizationParameters(
        scales: matrix.scales.array, zeroPoints: matrix.zeroPoints.array)
      let again = try CodeMatrix.quantize(
        matrix.dequantized(as: Float.self), as: type, with: parameters, QuantizationOptions(),
        .standard)
      #expect(Oracle.numbers(again).values == Oracle.numbers(matrix).values, "\(columns) columns")
    }
  }

  /// Tiled codes are the same numbers, whatever the storage and wherever slices end.
  @Test(arguments: Catalog.types.filter(\.block.isRowSliced))
  func tilesConvertBackExactly(type: QuantizedType) {
    for (rows, columns) in [(1, 1), (17, 33), (33, 70)] {
      let matrix = Samples.codes(rows, columns, type)
      #expect(matrix.tiled().rowMajor() == matrix)
    }
  }

  @Test(arguments: [
    "int8-row", "uint8-row", "int4-group32", "uint4-group32", "int3-group32",
    "uint4-group32-biased", "int8-block32x32", "uint8-tensor", "ternary-row",
  ])
  func tiledProductsEqualRowMajorOnes(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    for (m, n, k) in [(1, 5, 33), (7, 35, 70), (13, 17, 129)] {
      let x = Samples.codes(m, k, Int8Activations.type), w = Samples.codes(n, k, type)
      // A cut that leaves odd slices.
      let cut = try w.slice(rows: 0..<n, columns: 3..<k),
        cutX = try x.slice(rows: 0..<m, columns: 3..<k)
      for execution in Self.executions {
        let tiled = try ErasedOperand.product(
          .linear, .quantized(x), .quantized(w.tiled(execution)), on: execution)
        #expect(
          tiled
            == (try ErasedOperand.product(
              .linear, .quantized(x), .quantized(w), on: execution)))
        let cutTiled = try ErasedOperand.product(
          .linear, .quantized(cutX), .quantized(cut.tiled(execution)), on: execution)
        #expect(
          cutTiled
            == (try ErasedOperand.product(
              .linear, .quantized(cutX), .quantized(cut), on: execution)))
      }
    }
  }

  /// Activations of every mapping against tiled weights of every mapping, as the oracle computes them.
  @Test(
    arguments: [
      "int8-row", "uint8-row", "uint8-group32-biased", "uint8-row-biased", "int8-group32",
      "int8-block32x32", "uint4-group32-biased",
    ],
    [
      "int8-row", "uint8-row", "uint8-row-biased", "int4-group32", "uint4-group32-biased",
      "int3-row",
    ])
  func tiledWeightsTakeAnyActivations(activations: String, weights: String) throws {
    let first = try #require(QuantizedType(name: activations))
    let second = try #require(QuantizedType(name: weights))
    for (m, n, k) in [(1, 35, 70), (9, 40, 129)] {
      let x = Samples.codes(m, k, first), w = Samples.codes(n, k, second, seed: 3)
      let (lhs, rhs) = (ErasedOperand.quantized(x), ErasedOperand.quantized(w))
      let expected = Oracle.product(.linear, lhs, rhs)
      let magnitudes = Oracle.magnitudes(.linear, lhs, rhs)
      let bound = Oracle.tolerance(depth: k)
      for execution in Self.executions {
        for left in [x, x.tiled(execution)] {
          let product = try ErasedOperand.product(
            .linear, .quantized(left), .quantized(w.tiled(execution)), on: execution
          ).values.array
          for (index, value) in product.enumerated() {
            #expect(bound.accepts(value, expected.values[index], magnitude: magnitudes[index]))
          }
        }
      }
    }
  }

  static let executions = kernels(
    for: .linear, .quantized(Int8Weight.type), .quantized(Int8Weight.type))!
    .filter { $0.canRun() }.map { Execution(threads: 2, instructionSet: $0.needs) }
}
