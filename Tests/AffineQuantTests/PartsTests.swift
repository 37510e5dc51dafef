import AffineQuant
import AffineTestSupport
import Testing

/// Slices, joins, transposes, gathers: the same numbers elsewhere.
@Suite struct PartsTests {
  @Test(arguments: Catalog.types) func anyCutIsExact(type: QuantizedType) throws {
    var random = SplitMix64(seed: 5)
    let matrix = Samples.codes(37, 75, type), numbers = Oracle.numbers(matrix)
    for _ in 0..<6 {
      let top = Int.random(in: 0...36, using: &random),
        left = Int.random(in: 0...74, using: &random)
      let rows = top..<Int.random(in: top + 1...37, using: &random)
      let columns = left..<Int.random(in: left + 1...75, using: &random)
      let part = try matrix.slice(rows: rows, columns: columns)
      #expect(values(part) == cut(numbers, rows, columns))
      // And a cut of the cut.
      let inner = try part.slice(rows: 0..<rows.count, columns: columns.count / 2..<columns.count)
      let innerColumns = left + columns.count / 2..<columns.upperBound
      #expect(values(inner) == cut(numbers, rows, innerColumns))
    }
    #expect(try matrix.slice(rows: 3..<3, columns: 0..<75).shape == Shape(0, 75))
    #expect(throws: ShapeError.outOfRange(axis: "row", index: 37, extent: 37)) {
      try matrix.slice(rows: 0..<38, columns: 0..<1)
    }
    #expect(throws: ShapeError.outOfRange(axis: "column", index: -1, extent: 75)) {
      try matrix.slice(rows: 0..<1, columns: -1..<1)
    }
  }

  @Test(arguments: Catalog.types.filter(\.block.isTransposable))
  func transposesMoveScalesAndZeroPoints(type: QuantizedType) {
    let matrix = Samples.codes(19, 45, type), numbers = Oracle.numbers(matrix)
    let turned = matrix.transposed()
    #expect(turned.shape == Shape(45, 19))
    let expected = (0..<45).flatMap { row in (0..<19).map { numbers[$0, row] } }
    #expect(values(turned) == expected)
    #expect(turned.transposed() == matrix)
  }

  @Test func aSliceOfGroupsMultipliesAsItsValuesDo() throws {
    let weight = try Int4Weight(quantizing: Samples.matrix(21, 100))
    let part = try weight.slice(rows: 2..<20, columns: 7..<90)
    let x = Samples.matrix(6, 83)
    let codes = try Int8Activations(quantizing: x)
    let y = try linear(codes, part)
    let expected = Oracle.product(.linear, .quantized(codes.core), .quantized(part.core))
    for index in expected.values.indices {
      #expect(
        Oracle.tolerance(depth: 83).accepts(
          y.values[index], expected.values[index], magnitude: expected.magnitudes[index]))
    }
  }

  @Test func joinsUndoCuts() throws {
    let weight = try UInt4Weight(quantizing: Samples.matrix(9, 100))
    let top = try weight.slice(rows: 0..<4), bottom = try weight.slice(rows: 4..<9)
    #expect(try top.concatenated(above: bottom) == weight)
    let left = try weight.slice(columns: 0..<64), right = try weight.slice(columns: 64..<100)
    #expect(try left.concatenated(leftOf: right) == weight)
    // Two parts of a group have one scale between them; parts of two groups have two.
    let odd = try weight.slice(columns: 0..<65), rest = try weight.slice(columns: 65..<100)
    #expect(try odd.concatenated(leftOf: rest) == weight)
    let other = try UInt4Weight(quantizing: Samples.matrix(9, 100, seed: 2))
    #expect(throws: ShapeError.misaligned(axis: "column", position: 65, block: 32)) {
      try odd.concatenated(leftOf: other.slice(columns: 65..<100))
    }
    #expect(throws: ShapeError.misaligned(axis: "column", position: 65, block: 32)) {
      try odd.concatenated(leftOf: weight.slice(columns: 66..<100))
    }
    let block = try Int8Block(quantizing: Samples.matrix(70, 40))
    let upper = try block.slice(rows: 0..<45), lower = try block.slice(rows: 45..<70)
    #expect(try upper.concatenated(above: lower) == block)
    #expect(upper.byteCount == 45 * 40 + 4 * 4 && lower.byteCount == 25 * 40 + 4 * 4)
    #expect(rest.byteCount == 9 * 18 + 9 * 2 * 6)
    #expect(throws: ShapeError.mismatchedExtent(axis: "columns", lhs: 64, rhs: 100)) {
      try left.concatenated(above: weight)
    }
  }

  @Test func gathersRowsInTheOrderNamed() throws {
    let table = try Int4Weight(quantizing: Samples.matrix(10, 48))
    let all = table.dequantized()
    let picked: Matrix<Float> = try table.gather(rows: [9, 0, 9, 3])
    for (index, row) in [9, 0, 9, 3].enumerated() {
      for column in 0..<48 { #expect(picked[index, column] == all[row, column]) }
    }
    #expect(throws: ShapeError.outOfRange(axis: "row", index: 10, extent: 10)) {
      let _: Matrix<Float> = try table.gather(rows: [10])
    }
  }

  @Test func requantizingGoesThroughTheValues() throws {
    let weight = try Int8Weight(quantizing: Samples.matrix(8, 64))
    let small = try weight.requantized(Int4Weight.self)
    #expect(small == (try Int4Weight(quantizing: weight.dequantized())))
  }

  private func values(_ matrix: CodeMatrix) -> [Double] { Oracle.numbers(matrix).values }

  private func cut(
    _ numbers: Oracle.Numbers, _ rows: Range<Int>, _ columns: Range<Int>
  ) -> [Double] {
    rows.flatMap { row in columns.map { numbers[row, $0] } }
  }
}
