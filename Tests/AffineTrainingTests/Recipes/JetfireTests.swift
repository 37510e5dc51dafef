import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct JetfireTests {
  private let m = 40, n = 23, k = 70
  let layer = Layer()

  static func blocks(_ x: Matrix<Float>) -> Table { Coded.symmetric(x, .block(32)).table }

  /// Whole numbers with a 127 in every block of 32: its scale is 1, and no random number changes it.
  static func exactGradient(_ rows: Int, _ columns: Int) -> Matrix<Float> {
    Numbers.normal(rows, columns, seed: 4).map { row, column, value in
      row % 32 == 0 && column % 32 == 0 ? 127 : min(max((30 * value).rounded(), -126), 126)
    }
  }

  @Test func productsAreThoseOfTheBlocks() throws {
    let g = Self.exactGradient(m, n)
    let run = try layer.replacing(gradient: g).run(.jetfire)
    let (x, w) = (Self.blocks(layer.x), Self.blocks(layer.w))
    let found = [
      excess(run.output, over: Table.forward(x, w), roundings: roundings(slices: 3)),
      excess(run.dx, over: Table.inputGradient(Table(g), w), roundings: roundings(slices: 1)),
      excess(run.dw, over: Table.weightGradient(Table(g), x), roundings: roundings(slices: 2)),
    ]
    print("jetfire: \(found) of the roundings' bounds")
    #expect(found.allSatisfy { $0 <= 1 })
    #expect(run.savedBytes == m * k + 4 * 2 * 3 + n * k + 4 * 1 * 3)
  }

  /// What lets one quantization serve both products of a tensor.
  @Test func transposingAndQuantizingCommute() throws {
    for (rows, columns) in [(64, 96), (33, 65), (1, 40), (100, 31)] {
      let x = Numbers.normal(rows, columns, seed: 6)
      let turned = try Int8Block(quantizing: x, codes: -127...127).transposed()
      let direct = try Int8Block(quantizing: x.transposed(), codes: -127...127)
      #expect(turned.codes == direct.codes && turned.scales == direct.scales)
    }
  }

  /// Blocks that stick out are blocks of zeros beyond the edge.
  @Test func raggedEdgesAreZeroPadding() throws {
    let ragged = Layer(33, 33, 65).replacing(gradient: Self.exactGradient(33, 33))
    let run = try ragged.run(.jetfire)
    let padded = try LinearRun(
      .jetfire, ragged.x.padded(64, 96), ragged.w.padded(64, 96), ragged.g.padded(64, 64))
    #expect(run.output == padded.output.corner(33, 33))
    #expect(run.dx == padded.dx.corner(33, 65))
    #expect(run.dw == padded.dw.corner(33, 65))
    #expect(padded.output[40, 2] == 0 && padded.dw[2, 80] == 0)
  }

  /// An error even within half a step is s² / 12 of energy; two operands have theirs, and a sum of any length
  /// keeps their ratio to the values. 64 · 512 errors of each tell their mean square to 0.5 %, and what is
  /// expected of a product is known as 64 · 64 outputs are, to 1 / √(64 · 64) · 2 = 3 %.
  @Test(arguments: [512, 2048]) func theErrorIsThatOfTheStepsAtAnyLength(depth: Int) throws {
    let deep = Layer(64, 64, depth, seed: 7)
    let error = Numbers.relativeError(
      try deep.run(.jetfire).output, try deep.run(.float32).output)
    let energies = [deep.x, deep.w].map { matrix in
      let steps = Coded.symmetric(matrix, .block(32)).scales
      let values = matrix.values.array.reduce(0.0) { $0 + Double($1) * Double($1) }
      return steps.reduce(0.0) { $0 + Double($1) * Double($1) / 12 } / values
    }
    let expected = (energies[0] + energies[1]).squareRoot()
    print("jetfire: error of a product of \(depth): \(error), \(expected) by the steps")
    #expect(abs(error / expected - 1) <= 0.05)
  }

  /// The exact value is that of the float gradient and the codes of weight and inputs.
  @Test func gradientsAreUnbiased() throws {
    let dx = Table.inputGradient(Table(layer.g), Self.blocks(layer.w)).values.values
    let dw = Table.weightGradient(Table(layer.g), Self.blocks(layer.x)).values.values
    let mean = try meanGradients(layer, .jetfire)
    let errors = (Numbers.relativeError(mean.dx, dx), Numbers.relativeError(mean.dw, dw))
    print("jetfire: means of 200 gradients \(errors)")
    #expect(errors.0 <= 0.002 && errors.1 <= 0.002)
  }

  /// What is lost towards zero is lost every time: no mean of gradients has it back.
  @Test func truncationIsBiased() throws {
    #expect(Recipe.controls == [.jetfireTruncating])
    #expect(try Recipe(named: "jetfire-truncating") == .jetfireTruncating)
    let run = try layer.run(.jetfireTruncating)
    #expect(try layer.run(.jetfireTruncating, seed: 9, step: 4).isIdentical(to: run))
    let g = Self.truncatedBlocks(layer.g)
    let (x, w) = (Self.blocks(layer.x), Self.blocks(layer.w))
    let (dx, dw) = (Table.inputGradient(g, w), Table.weightGradient(g, x))
    #expect(excess(run.dx, over: dx, roundings: roundings(slices: 1)) <= 1)
    #expect(excess(run.dw, over: dw, roundings: roundings(slices: 2)) <= 1)
    let exact = Table.inputGradient(Table(layer.g), w).values.values
    let error = Numbers.relativeError(Numbers.doubles(run.dx), exact)
    print("jetfire with truncation: error \(error)")
    // Three times what the mean of 200 gradients is held to above.
    #expect(error > 0.002 * 3)
  }

  /// Codes rounded towards zero, by the written formula: the quotient is the library's, a product with a
  /// reciprocal, each rounded to `Float`.
  private static func truncatedBlocks(_ g: Matrix<Float>) -> Table {
    let scales = Coded.symmetric(g, .block(32)).scales
    return Table(g.shape.rows, g.shape.columns) { row, column in
      let scale = scales[row * g.shape.columns + column]
      return Double((g[row, column] * (1 / scale)).rounded(.towardZero)) * Double(scale)
    }
  }
}
