import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// Functions of each element, on every instruction set that runs here.
@Suite struct ElementwiseTests {
  static let executions = Executions.all

  /// Ragged widths, and one that is worth several threads.
  static let shapes =
    (1...70).map { Shape(2, $0) } + [Shape(0, 3), Shape(301, 97), Shape(1, 50_000)]

  /// Magnitudes from subnormal to the largest, and those where functions bend.
  static func values(_ shape: Shape, seed: UInt64) -> Matrix<Float> {
    var random = SplitMix64(seed: seed)
    let limits: [Float] = [1, 1, 6, 6, 20, 100, 1e-3, 1e-20, 0x1p-130, .greatestFiniteMagnitude]
    return Matrix(rows: shape.rows, columns: shape.columns) { _, _ in
      let limit = limits.randomElement(using: &random) ?? 1
      return Float.random(in: -1...1, using: &random) * limit
    }
  }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  static func normal(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
  static func density(_ x: Double) -> Double { exp(-x * x / 2) / (2 * Double.pi).squareRoot() }

  /// A function, its definition, and how far it may be from it in units of 2⁻²⁴ of a magnitude.
  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let units: Double
    let run: @Sendable (Matrix<Float>, Matrix<Float>, Execution) -> Matrix<Float>
    let definition: @Sendable (Double, Double) -> (value: Double, magnitude: Double)
  }

  // Units: e^x errs by 2 (reduction 3/4, the last sum 1, the polynomial 1/4). The tail of the normal law
  // is e^(-t²/2), 2.5, times R: argument 4 with a slope below 1, the steps of a polynomial whose terms
  // shrink, 2, its divisor 2, and products 2; that is 12.5 with 1 for the last product. The logistic
  // function: 2 of e^x, 1 + e, the quotient, the product: 6.
  static let functions = [
    Function(testDescription: "gelu", units: 13) {
      Elementwise.gelu($0, on: $2)
    } definition: { x, _ in
      (x * normal(x), abs(x) * normal(x))
    },
    Function(testDescription: "gelu gradient", units: 15) {
      Elementwise.geluGradient($0, $1, on: $2)
    } definition: { x, g in
      let (law, slope) = (normal(x), x * density(x))
      return ((law + slope) * g, (law + abs(slope)) * abs(g))
    },
    Function(testDescription: "silu", units: 7) {
      Elementwise.silu($0, on: $2)
    } definition: { x, _ in
      (x * sigmoid(x), abs(x) * sigmoid(x))
    },
    Function(testDescription: "silu gradient", units: 16) {
      Elementwise.siluGradient($0, $1, on: $2)
    } definition: { x, g in
      let (law, slope) = (sigmoid(x), x * sigmoid(x) * sigmoid(-x))
      return ((law + slope) * g, (law + abs(slope)) * abs(g))
    },
    Function(testDescription: "swiglu", units: 8) {
      Elementwise.swiglu(gate: $0, up: $1, on: $2)
    } definition: { x, g in
      (x * sigmoid(x) * g, abs(x * sigmoid(x) * g))
    },
    Function(testDescription: "geglu", units: 8) {
      Elementwise.geglu(gate: $0, up: $1, on: $2)
    } definition: { x, g in
      // x · (1 + tanh(u / 2)) / 2; the argument errs by 6 of itself.
      let u = 2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
      let value = x * sigmoid(u) * g
      return (value, abs(value) * (1 + abs(u) * sigmoid(-u)))
    },
    Function(testDescription: "add", units: 1) {
      Elementwise.add($0, $1, on: $2)
    } definition: { a, b in
      (a + b, abs(a + b))
    },
    Function(testDescription: "accumulate", units: 1) {
      var sum = $0
      Elementwise.accumulate(&sum, $1, on: $2)
      return sum
    } definition: { a, b in
      (a + b, abs(a + b))
    },
    Function(testDescription: "scale", units: 1) { a, _, execution in
      Elementwise.scale(a, by: 0.3, on: execution)
    } definition: { a, _ in
      (a * Double(Float(0.3)), abs(a))
    },
  ]

  @Test(arguments: functions) func isNearItsDefinition(_ function: Function) {
    for shape in Self.shapes {
      let x = Self.values(shape, seed: UInt64(shape.columns))
      // Other factors stay small, so that no product overflows.
      let other = Samples.matrix(shape.rows, shape.columns, seed: 9)
      let results = Self.executions.map { function.run(x, other, $0) }
      for result in results { #expect(sameBits(result, results[0])) }
      for index in 0..<shape.count {
        let (a, b) = (Double(x.values[index]), Double(other.values[index]))
        let (value, magnitude) = function.definition(a, b)
        if magnitude > Double(Float.greatestFiniteMagnitude) { continue }
        // What is below the smallest normal number, times a factor, may count as 0.
        let bound = function.units * 0x1p-24 * magnitude + 0x1p-119 * (1 + abs(b))
        #expect(abs(Double(results[0].values[index]) - value) <= bound, "\(a), \(b)")
      }
    }
  }

  @Test func extremesStayNumbers() throws {
    let extremes: [Float] = [
      .infinity, -.infinity, 3e38, -3e38, 1e20, -1e20, 88, -88, 104, -104, 15, -15, 0, -0.0,
    ]
    let x = try Matrix(Shape(1, extremes.count), extremes)
    let ones = Matrix<Float>(rows: 1, columns: extremes.count) { _, _ in 1 }
    for execution in Self.executions {
      for result in [Elementwise.gelu(x, on: execution), Elementwise.silu(x, on: execution)] {
        for (value, found) in zip(extremes, result.values.array) {
          if value.magnitude < 16 {
            #expect(found.isFinite)
          } else {
            #expect(value < 0 ? found.magnitude < 1e-30 : found == value)
          }
        }
      }
      for result in [
        Elementwise.geluGradient(x, ones, on: execution),
        Elementwise.siluGradient(x, ones, on: execution),
      ] {
        for (value, found) in zip(extremes, result.values.array) where value.magnitude >= 88 {
          #expect(abs(found - (value > 0 ? 1 : 0)) < 1e-30)
        }
      }
    }
    let bad = Matrix<Float>(rows: 1, columns: 3) { _, _ in .nan }
    #expect(Elementwise.gelu(bad, on: .threads(1)).values.array.allSatisfy { $0.isNaN })
    #expect(Elementwise.silu(bad, on: .threads(1)).values.array.allSatisfy { $0.isNaN })
  }

  @Test func gradientsAreDerivatives() {
    let (x, g) = (Samples.matrix(3, 8, seed: 1), Samples.matrix(3, 8, seed: 2))
    let up = Samples.matrix(3, 8, seed: 3)
    func gelu(_ x: Double) -> Double { x * Self.normal(x) }
    func silu(_ x: Double) -> Double { x * Self.sigmoid(x) }
    func each(_ f: @escaping (Double) -> Double) -> ([Grid]) -> Grid {
      { inputs in Grid(3, 8) { f(inputs[0][$0, $1]) } }
    }
    let product = CentralDifferences([x, up], g) { inputs in
      Grid(3, 8) { silu(inputs[0][$0, $1]) * inputs[1][$0, $1] }
    }
    for execution in Self.executions {
      let ofGelu = Elementwise.geluGradient(x, g, on: execution)
      let ofSilu = Elementwise.siluGradient(x, g, on: execution)
      // 20 roundings, and the error of the difference.
      let bound = 20 * 0x1p-24 + 1e-9
      #expect(CentralDifferences([x], g, each(gelu)).distance(input: 0, ofGelu) < bound)
      #expect(CentralDifferences([x], g, each(silu)).distance(input: 0, ofSilu) < bound)
      let both = Elementwise.swigluGradient(gate: x, up: up, g, on: execution)
      #expect(product.distance(input: 0, both.gate) < bound)
      #expect(product.distance(input: 1, both.up) < bound)
    }
  }

  @Test func rowsAndColumnsHaveFactors() {
    for shape in Self.shapes {
      let x = Samples.matrix(shape.rows, shape.columns, seed: 4)
      let row = Samples.matrix(1, shape.columns, seed: 5)
      let factors = (0..<shape.rows).map { Float($0) - 0.7 }
      for execution in Self.executions {
        let added = Elementwise.addRow(x, row, on: execution)
        let wide = Elementwise.scaleColumns(x, by: row.values.array, on: execution)
        let high = Elementwise.scaleRows(x, by: factors, on: execution)
        for i in 0..<shape.rows {
          for j in 0..<shape.columns {
            #expect(added[i, j] == x[i, j] + row[0, j])
            #expect(wide[i, j] == x[i, j] * row[0, j])
            #expect(high[i, j] == x[i, j] * factors[i])
          }
        }
      }
    }
  }

  @Test func sumsHaveAFixedOrder() {
    for shape in Self.shapes + [Shape(1000, 70)] {
      let x = Samples.matrix(shape.rows, shape.columns, seed: 6)
      let sums = Self.executions.map { Elementwise.columnSums(x, on: $0) }
      #expect(sums.allSatisfy { sameBits($0, sums[0]) })
      for column in 0..<shape.columns {
        let terms = (0..<shape.rows).map { Double(x[$0, column]) }
        let magnitude = terms.reduce(0) { $0 + abs($1) }
        let bound = Tolerance.dot(roundings: shape.rows)
        #expect(bound.accepts(sums[0][0, column], terms.reduce(0, +), magnitude: magnitude))
      }
    }
  }

  @Test func dropoutKeepsItsShare() {
    let ones = Matrix<Float>(rows: 301, columns: 333) { _, _ in 1 }
    let first = Elementwise.dropout(ones, probability: 0.25, seed: 3, step: 8, on: .threads(1))
    for execution in Self.executions {
      let again = Elementwise.dropout(ones, probability: 0.25, seed: 3, step: 8, on: execution)
      #expect(sameBits(first, again))
    }
    let next = Elementwise.dropout(ones, probability: 0.25, seed: 3, step: 9, on: .threads(1))
    #expect(first != next)
    let kept = first.values.array.filter { $0 != 0 }
    #expect(kept.allSatisfy { $0 == 1 / Float(0.75) })
    // Five deviations of a binomial law.
    let count = Double(ones.shape.count)
    #expect(abs(Double(kept.count) - 0.75 * count) < 5 * (count * 0.75 * 0.25).squareRoot())
    #expect(Elementwise.dropout(ones, probability: 0, seed: 1, step: 1, on: .threads(1)) == ones)
  }

  @Test func accumulatesInPlaceButNotInSharedMemory() {
    var sum = Samples.matrix(4, 5)
    let (copy, address) = (sum, sum.values)
    Elementwise.accumulate(&sum, copy, on: .threads(1))
    #expect(copy.values.isIdentical(to: address) && !sum.values.isIdentical(to: address))
    #expect(sum[1, 1] == 2 * copy[1, 1])
  }
}
