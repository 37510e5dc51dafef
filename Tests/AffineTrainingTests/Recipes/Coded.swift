import AffineLayers
import AffineQuant

/// A matrix in codes by the written formulas, in loops that share nothing with the library.
struct Coded {
  let rows, columns: Int
  /// Less their zero points, row by row.
  var codes: [Int] = []
  /// Of every value.
  var scales: [Float] = []
  /// Whether the nearest code lies beyond the limits.
  var isCut: [Bool] = []

  /// Which values share a scale.
  enum Cut {
    case all, row, column
    case rowSlice(Int), columnSlice(Int), block(Int)

    func place(_ row: Int, _ column: Int) -> [Int] {
      switch self {
      case .all: []
      case .row: [row]
      case .column: [column]
      case .rowSlice(let size): [row, column / size]
      case .columnSlice(let size): [row / size, column]
      case .block(let size): [row / size, column / size]
      }
    }
  }

  /// What the codes stand for.
  var table: Table {
    Table(rows, columns) { Double(codes[$0 * columns + $1]) * Double(scales[$0 * columns + $1]) }
  }

  /// The codes themselves.
  var numbers: Matrix<Float> {
    Matrix(rows: rows, columns: columns) { Float(codes[$0 * columns + $1]) }
  }

  /// `scale = max|x| / divisor`, codes to the nearest even within limits.
  static func symmetric(
    _ x: Matrix<Float>, _ shared: Cut, divisor: Float = 127,
    _ limits: ClosedRange<Float> = -127...127
  ) -> Coded {
    coded(x, shared, limits) { low, high in (max(-low, high) / divisor, 0) }
  }

  /// `scale = (max − min) / 255`, or what the limits say, with zero in the range and a whole zero point.
  static func asymmetric(
    _ x: Matrix<Float>, _ shared: Cut, _ limits: ClosedRange<Float>
  ) -> Coded {
    coded(x, shared, limits) { low, high in
      let (low, high) = (min(low, 0), max(high, 0))
      let scale = (high - low) / (limits.upperBound - limits.lowerBound)
      return (scale, scale > 0 ? limits.lowerBound - (low / scale).rounded(.toNearestOrEven) : 0)
    }
  }

  /// One given scale for all.
  static func fixed(_ x: Matrix<Float>, scale: Float, _ limits: ClosedRange<Float>) -> Coded {
    coded(x, .all, limits) { _, _ in (scale, 0) }
  }

  /// The rule gives scale and zero point of a block from its range.
  private static func coded(
    _ x: Matrix<Float>, _ shared: Cut, _ limits: ClosedRange<Float>,
    _ rule: (_ low: Float, _ high: Float) -> (scale: Float, zero: Float)
  ) -> Coded {
    var ranges: [[Int]: (Float, Float)] = [:]
    for row in 0..<x.shape.rows {
      for column in 0..<x.shape.columns {
        let (place, value) = (shared.place(row, column), x[row, column])
        let (low, high) = ranges[place] ?? (value, value)
        ranges[place] = (min(low, value), max(high, value))
      }
    }
    let rules = ranges.mapValues { rule($0.0, $0.1) }
    var result = Coded(rows: x.shape.rows, columns: x.shape.columns)
    for row in 0..<x.shape.rows {
      for column in 0..<x.shape.columns {
        let (scale, zero) = rules[shared.place(row, column)] ?? (0, 0)
        // Articles and library take the quotient times the reciprocal, each rounded to `Float`.
        let steps = scale > 0 ? (x[row, column] * (1 / scale)).rounded(.toNearestOrEven) : 0
        let code = min(max(steps + zero, limits.lowerBound), limits.upperBound)
        result.codes.append(Int(code - zero))
        result.scales.append(scale)
        result.isCut.append(!limits.contains(steps + zero))
      }
    }
    return result
  }
}
