import AffineQuant
import AffineTestSupport
import Testing

/// Codes of rows and codes of columns that are made together are those of each alone.
@Suite struct BothAxesTests {
  static let executions = [
    Execution(threads: 1, instructionSet: .portable), .threads(1), .threads(3),
  ]
  static let shapes = [
    Shape(0, 5), Shape(5, 0), Shape(1, 1), Shape(1, 70), Shape(70, 1), Shape(7, 33),
    Shape(130, 257),
    Shape(300, 1030),
  ]
  static let roundings: [Rounding] = [.nearestEven, .towardZero, .stochastic(seed: 5, step: 9)]

  private static func both(
    _ values: Matrix<Float>, _ rows: String, _ columns: String,
    _ options: QuantizationOptions = QuantizationOptions(), on execution: Execution = .standard
  ) throws -> (rows: AnyQuantized, columns: AnyQuantized) {
    try AnyQuantized.quantizingBothAxes(
      of: values, rows: #require(QuantizedType(name: rows)), options,
      columns: #require(QuantizedType(name: columns)), options, on: execution)
  }

  @Test(
    arguments: [
      ("int8-row", "int8-column"), ("int8-row", "int4-column"), ("int4-row", "int8-column"),
      ("uint8-row", "uint8-column"),
    ], roundings)
  func bothAreThoseOfEachAlone(names: (String, String), rounding: Rounding) throws {
    let types = (
      try #require(QuantizedType(name: names.0)), try #require(QuantizedType(name: names.1))
    )
    let options = QuantizationOptions(rounding: rounding)
    for shape in Self.shapes {
      let values = Samples.matrix(shape.rows, shape.columns)
      let rows = try AnyQuantized(quantizing: values, as: types.0, options)
      let columns = try AnyQuantized(quantizing: values, as: types.1, options)
      for execution in Self.executions {
        let both = try Self.both(values, names.0, names.1, options, on: execution)
        #expect(both.rows == rows, "\(names) \(shape) \(rounding)")
        #expect(both.columns == columns, "\(names) \(shape) \(rounding)")
      }
    }
  }

  /// The largest magnitude of a column is found wherever it lies, and zeros have a scale.
  @Test(arguments: [0, 63, 64, 199]) func everyRowCounts(row: Int) throws {
    let values = Matrix<Float>(rows: 200, columns: 40) { $0 == row && $1 != 7 ? Float($1) - 50 : 0 }
    let columns = try Self.both(values, "int8-row", "int8-column", on: .threads(3)).columns
    for column in 0..<40 where column != 7 {
      #expect(columns.scales[0, column] == Float(50 - column) / 127)
    }
    let found: Matrix<Float> = columns.dequantized()
    #expect(found[row, 7] == 0)
  }

  @Test func whatIsNotFiniteIsNamed() {
    let values = Matrix<Float>(rows: 9, columns: 70) { $0 == 6 && $1 == 65 ? .nan : 1 }
    #expect {
      _ = try Self.both(values, "int8-row", "int8-column")
    } throws: { error in
      guard case .notFinite(_, row: 6, column: 65) = error as? QuantizationError else {
        return false
      }
      return true
    }
  }
}
