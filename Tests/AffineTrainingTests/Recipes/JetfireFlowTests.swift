import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

/// Layers that exchange codes of blocks: what enters, leaves and is saved.
@Suite struct JetfireFlowTests {
  private static let block = CodePlan(.signed(bits: 8), .blocks(32))
  private let x = Numbers.normal(96, 128, seed: 1)
  private let g = Numbers.normal(96, 128, seed: 2)

  private func tape() -> Tape { Tape(seed: 5, flow: Self.block.stochastic) }

  private func error(_ actual: Matrix<Float>, _ expected: Table) -> Double {
    Numbers.relativeError(Numbers.doubles(actual), expected.values)
  }

  /// The values of codes, as they enter a layer, by loops of the test.
  private var coded: (matrix: StoredMatrix, table: Table) {
    get throws {
      let codes = try Int8Block(quantizing: x, codes: -127...127).erased
      return (.codes(codes), JetfireTests.blocks(x))
    }
  }

  /// Rounded to the nearest, normal values in blocks err by .0078.
  @Test func layerNormOfValues() throws {
    let (weight, bias) = (
      Numbers.normal(1, 128, seed: 3).map { 1 + $2 / 8 },
      Numbers.normal(1, 128, seed: 4).map { $2 / 8 }
    )
    let tape = tape()
    let (input, w, b) = (
      tape.input(.float32(x)), tape.input(.float32(weight)), tape.input(.float32(bias))
    )
    let y = try tape.norm(.layer, input, weight: w, bias: b)
    guard case .codes = y.value else { throw TrainingError.model("the result is not in codes") }
    let (table, dy) = (Table(x), Table(g))
    var (normal, deviations) = (table, [Double]())
    for row in 0..<96 {
      let values = (0..<128).map { table[row, $0] }
      let mean = values.reduce(0, +) / 128
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 128
      deviations.append((variance + 1e-5).squareRoot())
      for column in 0..<128 {
        normal.values[row * 128 + column] = (values[column] - mean) / deviations[row]
      }
    }
    let expected = normal.map { Double(weight[0, $1]) * $2 + Double(bias[0, $1]) }
    let saved = tape.savedBytes
    let gradients = try tape.gradients(of: y, g)
    let dx = Table(96, 128) { row, column in
      let scaled = (0..<128).map { dy[row, $0] * Double(weight[0, $0]) }
      let mean = scaled.reduce(0, +) / 128
      let along = (0..<128).reduce(0) { $0 + scaled[$1] * normal[row, $1] } / 128
      return (scaled[column] - mean - normal[row, column] * along) / deviations[row]
    }
    let dw = Table(1, 128) { _, column in
      (0..<96).reduce(0) { $0 + dy[$1, column] * normal[$1, column] }
    }
    let errors = try [
      error(y.value.floats(), expected), error(#require(gradients[input]), dx),
      error(#require(gradients[w]), dw),
    ]
    print("layer norm on codes: output, input gradient and weight gradient err by \(errors)")
    #expect(errors[0] <= 0.010 && errors[1] <= 0.02 && errors[2] <= 0.02)
    // Codes and scales, and a mean and a deviation a row.
    #expect(saved == 96 * 128 + 4 * 3 * 4 + 8 * 96)
  }

  /// Of normal values the largest of a block is 3.2 and the root mean square of the GELUs .65, so that a
  /// step's error is 3.2 / 127 / √12 / .65 = .0112 of them; a tenth more is allowed.
  @Test func geluOfCodes() throws {
    let tape = tape()
    let (matrix, table) = try coded
    let input = tape.input(matrix)
    let y = try tape.gelu(input)
    func area(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
    let expected = table.map { $2 * area($2) }
    #expect(tape.savedBytes == 96 * 128 + 4 * 3 * 4)
    let gradients = try tape.gradients(of: y, g)
    let dx = table.map { row, column, x in
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      return (area(x) + x * density) * Double(g[row, column])
    }
    let errors = try (error(y.value.floats(), expected), error(#require(gradients[input]), dx))
    print("gelu on codes: output and gradient err by \(errors)")
    #expect(errors.0 <= 0.0123 && errors.1 <= 0.02)
  }

  /// Codes are cleared and scales grow, so what is left is exact, and the mean is the input.
  @Test func dropoutOfCodes() throws {
    let tape = tape()
    let (matrix, table) = try coded
    let input = tape.input(matrix)
    let y = try tape.dropout(input, probability: 0.25)
    let values = y.value.floats()
    let kept = values.map { $2 == 0 ? 0 : 1 }
    let expected = table.map { kept[$0, $1] == 0 ? 0 : $2 / 0.75 }
    #expect(error(values, expected) <= 1e-6)
    let dropped = zip(values.values.array, table.values).count { $0 == 0 && $1 != 0 }
    let count = table.values.count { $0 != 0 }
    // 5 deviations of a binomial count.
    let deviation = (Double(count) * 0.25 * 0.75).squareRoot()
    #expect(abs(Double(dropped) - 0.25 * Double(count)) <= 5 * deviation)
    #expect(tape.savedBytes == 0)
    let dx = try #require(try tape.gradients(of: y, g)[input])
    for index in 0..<table.values.count where table.values[index] != 0 {
      let expected = values.values[index] == 0 ? 0 : Double(g.values[index]) / 0.75
      #expect(abs(Double(dx.values[index]) - expected) <= 1e-6 * abs(expected))
    }
  }

  /// A sum leaves in values, and both gradients are the one that comes.
  @Test func additionOfCodes() throws {
    let tape = tape()
    let (matrix, table) = try coded
    let (a, b) = (tape.input(matrix), tape.input(.float32(g)))
    let y = try tape.add(a, b)
    let expected = table.map { $2 + Double(g[$0, $1]) }
    #expect(error(y.value.floats(), expected) <= 1e-6)
    let gradients = try tape.gradients(of: y, x)
    #expect(gradients[a] == x && gradients[b] == x)
  }

  /// Inputs in codes are taken as they are, and what leaves is quantized once.
  @Test func productsTakeAndGiveCodes() throws {
    let layer = Layer(96, 64, 128).replacing(input: x)
    let (plain, flowing) = (
      try layer.run(.jetfire), try layer.run(.jetfire, flows: true)
    )
    let codes = try Int8Block(quantizing: plain.output, codes: -127...127)
    #expect(flowing.output == codes.dequantized())
    let fromCodes = try LinearRun(.jetfire, coded.matrix, .float32(layer.w), layer.g, flows: true)
    #expect(fromCodes.isIdentical(to: flowing))
    // The gradient of the inputs leaves in codes, rounded at random; the weight's does not.
    #expect(flowing.dw == plain.dw)
    let step = Coded.symmetric(plain.dx, .block(32))
    for index in 0..<plain.dx.shape.count {
      let moved = abs(Double(flowing.dx.values[index]) - Double(plain.dx.values[index]))
      #expect(moved < 1.0001 * Double(step.scales[index]))
    }
    #expect(flowing.dx != plain.dx)
  }

  /// Norm, up, GELU, down: everything that is saved is codes, and nothing twice.
  @Test func aFeedForwardBlockSavesHalfOfBfloat16() throws {
    let (m, d, h) = (2048, 64, 256)
    let tape = tape()
    let up = Numbers.normal(h, d, seed: 5).map { $2 / 8 }
    let down = Numbers.normal(d, h, seed: 6).map { $2 / 16 }
    let ones = Matrix<Float>(rows: 1, columns: d) { _, _ in 1 }
    let input = tape.input(.float32(Numbers.normal(m, d, seed: 7)))
    let normal = try tape.norm(.layer, input, weight: tape.input(.float32(ones)))
    let raised = try tape.linear(normal, tape.input(.float32(up)), recipe: .jetfire)
    let bent = try tape.gelu(raised)
    let result = try tape.linear(bent, tape.input(.float32(down)), recipe: .jetfire)
    #expect(result.shape == Shape(m, d))
    // Inputs of norm and up, of GELU and down, and both weights; a scale for each 1024. The norm's mean and
    // deviation of each row are float32 in any format.
    let (codes, statistics) = (2 * m * d + 2 * m * h + 2 * d * h, 8 * m)
    #expect(tape.savedBytes == codes + codes / 256 + statistics)
    let bfloat16 = 2 * (2 * m * d + 2 * m * h) + statistics
    let ratio = Double(tape.savedBytes) / Double(bfloat16)
    print("a feed-forward block saves \(ratio) of what bfloat16 would")
    #expect(ratio <= 0.52)
  }
}
