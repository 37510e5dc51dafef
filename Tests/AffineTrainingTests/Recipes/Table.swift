import AffineQuant
import AffineTestSupport

/// Numbers in `Double`, with products by their definitions.
struct Table {
  let rows, columns: Int
  var values: [Double]

  init(_ rows: Int, _ columns: Int, _ value: (_ row: Int, _ column: Int) -> Double) {
    self.rows = rows
    self.columns = columns
    values = (0..<rows).flatMap { row in (0..<columns).map { value(row, $0) } }
  }

  init(_ matrix: Matrix<Float>) {
    self.init(matrix.shape.rows, matrix.shape.columns) { Double(matrix[$0, $1]) }
  }

  subscript(row: Int, column: Int) -> Double { values[row * columns + column] }

  var transposed: Table { Table(columns, rows) { self[$1, $0] } }

  func map(_ change: (_ row: Int, _ column: Int, _ value: Double) -> Double) -> Table {
    Table(rows, columns) { change($0, $1, self[$0, $1]) }
  }

  /// Products, each with the sum of the magnitudes of its terms.
  struct Sums {
    var values, magnitudes: Table

    func map(_ change: (_ row: Int, _ column: Int, _ value: Double) -> Double) -> Sums {
      Sums(values: values.map(change), magnitudes: magnitudes)
    }

    static func + (a: Sums, b: Sums) -> Sums {
      Sums(
        values: a.values.map { $2 + b.values[$0, $1] },
        magnitudes: a.magnitudes.map { $2 + b.magnitudes[$0, $1] })
    }
  }

  /// `X · Wᵀ`
  static func forward(_ x: Table, _ w: Table) -> Sums {
    var sums = Sums(
      values: Table(x.rows, w.rows) { _, _ in 0 }, magnitudes: Table(x.rows, w.rows) { _, _ in 0 })
    for i in 0..<x.rows {
      for j in 0..<w.rows {
        var (sum, magnitude) = (0.0, 0.0)
        for k in 0..<x.columns {
          let term = x.values[i * x.columns + k] * w.values[j * w.columns + k]
          sum += term
          magnitude += term.magnitude
        }
        sums.values.values[i * w.rows + j] = sum
        sums.magnitudes.values[i * w.rows + j] = magnitude
      }
    }
    return sums
  }

  /// `G · W`
  static func inputGradient(_ g: Table, _ w: Table) -> Sums { forward(g, w.transposed) }

  /// `Gᵀ · X`
  static func weightGradient(_ g: Table, _ x: Table) -> Sums {
    forward(g.transposed, x.transposed)
  }
}

/// The largest error of a result, as a part of what so many roundings of 2⁻²⁴ of the magnitudes allow:
/// at most 1 passes; NaN fails.
func excess(_ actual: Matrix<Float>, over expected: Table.Sums, roundings: Int) -> Double {
  guard actual.shape == Shape(expected.values.rows, expected.values.columns) else {
    return .infinity
  }
  let tolerance = Tolerance.dot(roundings: roundings)
  var largest = 0.0
  for index in 0..<actual.shape.count {
    let error = abs(Double(actual.values[index]) - expected.values.values[index])
    let bound = tolerance.bound(0, magnitude: expected.magnitudes.values[index])
    guard error <= .greatestFiniteMagnitude else { return .infinity }
    largest = max(largest, error / bound)
  }
  return largest
}

/// Of a product of whole numbers with so many slices: sums are exact, each becomes a float, is multiplied
/// by the product of two scales and added; one rounding more is the dequantized scale's.
func roundings(slices: Int) -> Int { 4 + slices }

/// Of a product of floats, whose codes are first made values by up to three roundings an operand.
func roundings(depth: Int) -> Int { depth + 8 }
