import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// Bias, activation, rounding and memory of a product's result.
@Suite struct ProductEndTests {
  static let shapes = [Shape(1, 5), Shape(7, 33), Shape(40, 130)]

  /// The definitions.
  static func value(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .none: x
    case .relu: max(x, 0)
    case .gelu: x * 0.5 * erfc(-x / 2.0.squareRoot())
    case .silu: x / (1 + exp(-x))
    }
  }

  /// Every route: codes against codes, floats against codes, floats against tables, floats against floats.
  static func products(
    _ shape: Shape, _ end: ProductEnd, _ execution: Execution
  ) throws -> [(plain: Matrix<Float>, ended: Matrix<Float>)] {
    let x = Samples.matrix(shape.rows, 40, seed: 1),
      values = Samples.matrix(shape.columns, 40, seed: 2)
    let w = try Int8Weight(quantizing: values), codes = try Int8Activations(quantizing: x)
    let nf4 = try AffineQuantized<UInt4, RowMajor<PerGroup<32>, Codebook<NormalFloat4>>>(
      quantizing: values)
    return [
      (try linear(codes, w), try linear(codes, w, end: end, on: execution)),
      (try linear(x, w), try linear(x, w, end: end, on: execution)),
      (try linear(x, nf4), try linear(x, nf4, end: end, on: execution)),
      (try linear(x, values), try linear(x, values, end: end, on: execution)),
    ]
  }

  @Test(arguments: Activation.allCases, shapes)
  func sumsGetABiasAndAFunction(activation: Activation, shape: Shape) throws {
    let bias = Samples.matrix(1, shape.columns, seed: 3)
    let end = ProductEnd(bias: bias.values, activation: activation)
    for execution in Executions.all {
      for (plain, ended) in try Self.products(shape, end, execution) {
        for row in 0..<shape.rows {
          for column in 0..<shape.columns {
            let sum = Double(plain[row, column] + bias[0, column])
            let expected = Self.value(activation, sum)
            // The functions state 13 units in the last place at most.
            #expect(abs(Double(ended[row, column]) - expected) <= 13 * 0x1p-24 * abs(sum))
          }
        }
      }
    }
  }

  /// What is no number stays none: a function that hid it would hide where it came from.
  @Test(arguments: Activation.allCases) func functionsKeepNaN(activation: Activation) throws {
    let shape = Shape(7, 33)
    let bias = Matrix<Float>(rows: 1, columns: 33) { _, column in column % 3 == 0 ? .nan : 0 }
    let end = ProductEnd(bias: bias.values, activation: activation)
    for execution in Executions.all {
      for (_, ended) in try Self.products(shape, end, execution) {
        let alone = ended.activated(activation, on: execution)
        for index in 0..<shape.count {
          #expect(ended.values[index].isNaN == (index % 33 % 3 == 0))
          #expect(alone.values[index].isNaN == (index % 33 % 3 == 0))
        }
      }
    }
  }

  /// Factors without columns may have more rows than a result can; nothing is allocated before a check.
  @Test func resultsThatNoMemoryHoldsAreRefused() throws {
    let rows = try Matrix<Float>(Shape(1 << 40, 0), [])
    let most = try Matrix<Float>(Shape(1 << 61, 0), [])
    let one = Matrix<Float>(rows: 1, columns: 1) { _, _ in 1 }
    #expect(throws: ShapeError.invalid(rows: 1 << 40, columns: 1 << 40)) { try linear(rows, rows) }
    #expect(throws: ShapeError.mismatchedDepth(lhs: 0, rhs: 1)) { try linear(most, one) }
    let none = try Matrix<Float>(Shape(1, 0), [])
    #expect(throws: ShapeError.invalid(rows: 1 << 61, columns: 1)) { try linear(most, none) }
    let weight = try PackedWeight(Int8Weight(quantizing: one), inputs: Int8Activations.type)
    #expect(throws: QuantizationError.shape(.mismatchedDepth(lhs: 0, rhs: 1))) {
      try weight.linear(most)
    }
  }

  @Test func activatedHasTheBitsOfTheEnd() throws {
    let x = Samples.matrix(9, 40, seed: 1),
      w = try Int8Weight(quantizing: Samples.matrix(33, 40, seed: 2))
    for activation in Activation.allCases {
      let ended = try linear(x, w, end: ProductEnd(activation: activation))
      #expect(sameBits(ended, try linear(x, w).activated(activation)))
    }
  }

  @Test(arguments: shapes)
  func halvesAreRoundedOnce(shape: Shape) throws {
    let x = Samples.matrix(shape.rows, 40, seed: 1)
    let codes = try Int8Activations(quantizing: x)
    let w = try Int8Weight(quantizing: Samples.matrix(shape.columns, 40, seed: 2))
    let floats = try linear(codes, w)
    for execution in Executions.all {
      var halves = Matrix<Float16>(rows: shape.rows, columns: shape.columns) { _, _ in 0 }
      try linear(codes, w, into: &halves, on: execution)
      #expect(halves == floats.converted())
      var brains = Matrix<BFloat16>(rows: shape.rows, columns: shape.columns) { _, _ in BFloat16(0)
      }
      try linear(codes, w, into: &brains, on: execution)
      #expect(brains == floats.converted())
    }
  }

  @Test func memoryThatIsSharedStays() throws {
    let x = Samples.matrix(4, 40, seed: 1),
      w = try Int8Weight(quantizing: Samples.matrix(6, 40, seed: 2))
    var result = Matrix<Float>(rows: 4, columns: 6) { _, _ in 5 }
    let copy = result
    try linear(x, w, into: &result)
    #expect(try result == linear(x, w) && copy[0, 0] == 5)
    var small = Matrix<Float>(rows: 4, columns: 5) { _, _ in 5 }
    #expect(throws: ShapeError.mismatchedResult(expected: Shape(4, 6), found: Shape(4, 5))) {
      try linear(x, w, into: &small)
    }
    #expect(throws: ShapeError.wrongCount(of: "biases", expected: 6, found: 5)) {
      try linear(x, w, end: ProductEnd(bias: Buffer([1, 2, 3, 4, 5])))
    }
  }

  @Test func leadingDimensionsStay() throws {
    let x = Samples.matrix(24, 40, seed: 1),
      w = try Int8Weight(quantizing: Samples.matrix(6, 40, seed: 2))
    let stack = try MatrixStack(leading: [2, 3], x)
    #expect(stack.dimensions == [2, 3, 4, 40])
    let product = try stack.map { rows throws(ShapeError) in try linear(rows, w) }
    #expect(try product.dimensions == [2, 3, 4, 6] && product.matrix == linear(x, w))
    #expect(throws: ShapeError.self) { try MatrixStack(leading: [5], x) }
    #expect(throws: ShapeError.self) { try MatrixStack(leading: [-1, -24], x) }
  }

  @Test func elementsAreSetAndMapped() throws {
    var x = Samples.matrix(3, 4, seed: 1)
    let copy = x
    x[2, 1] = 9
    #expect(x[2, 1] == 9 && copy[2, 1] != 9)
    #expect(x.map { $0 * 2 } == x.scaled(by: 2))
    #expect(try x.adding(x) == x.scaled(by: 2))
    #expect(try x.multiplying(x) == x.map { $0 * $0 })
    #expect(throws: ShapeError.self) { try x.adding(Samples.matrix(4, 3)) }
  }
}
