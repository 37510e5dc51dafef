public import AffineQuant

/// What calibration keeps of the inputs of a linear layer: sums, never the inputs.
public struct InputStatistics: Sendable {
  /// How many rows were seen.
  public private(set) var rows = 0
  /// Σ x · xᵀ over all rows, inputs × inputs: half of the layer's Hessian.
  public private(set) var products: Matrix<Float>
  /// Whether every row counts as much as any other, however large it is.
  public let balancesRows: Bool
  private var magnitudes: [Double]
  private var maxima: [Double]

  /// Starts with no rows.
  ///
  /// - Parameters:
  ///   - columns: The width of the inputs.
  ///   - balancesRows: Whether rows are divided by their root mean square before anything but the largest
  ///     magnitudes is taken of them. In language models the first token of a text makes inputs a
  ///     thousand times as large as others do, of which sums of squares would tell nothing else.
  public init(columns: Int, balancesRows: Bool = false) {
    self.balancesRows = balancesRows
    products = Matrix(rows: columns, columns: columns) { _, _ in 0 }
    magnitudes = [Double](repeating: 0, count: columns)
    maxima = magnitudes
  }

  /// The width of the inputs.
  public var columns: Int { products.shape.columns }

  /// The mean of |x| of each column; 0 without rows.
  public var meanMagnitudes: [Double] { magnitudes.map { $0 / Double(max(rows, 1)) } }

  /// The largest |x| of each column; 0 without rows.
  public var largestMagnitudes: [Double] { maxima }

  /// Takes rows of inputs.
  ///
  /// - Parameters:
  ///   - input: Any number of rows, ``columns`` wide.
  ///   - execution: Threads and instruction sets.
  /// - Throws: ``CalibrationError``: another width, numbers that are not finite.
  /// - Complexity: O(rows · columns²)
  public mutating func add(
    _ input: Matrix<Float>, on execution: Execution = .standard
  ) throws(CalibrationError) {
    guard input.shape.columns == columns else {
      throw .inputWidth(expected: columns, found: input.shape.columns)
    }
    let largest = Self.maxima(input, execution)
    let rows = balancesRows ? Self.balanced(input, execution) : input
    let sums = Self.sums(rows, execution)
    if let column = sums.firstIndex(where: { !$0.isFinite }) {
      throw .inputsNotFinite(column: column)
    }
    let part: Matrix<Float>
    do { part = try weightGradient(rows, rows, on: execution) } catch {
      preconditionFailure("\(input) times itself: \(error)")
    }
    if let column = (0..<columns).first(where: { !part[$0, $0].isFinite }) {
      throw .inputsNotFinite(column: column)
    }
    Elementwise.accumulate(&products, part, on: execution)
    for column in 0..<columns {
      magnitudes[column] += sums[column]
      maxima[column] = max(maxima[column], largest[column])
    }
    self.rows += input.shape.rows
  }

  /// Rows divided by their root mean square; those of zeros stay.
  private static func balanced(_ input: Matrix<Float>, _ execution: Execution) -> Matrix<Float> {
    Matrix(input.shape, on: execution) { row, output in
      let values = input.row(row)
      var squares = 0.0
      for column in values.indices { squares += Double(values[column]) * Double(values[column]) }
      let root = (squares / Double(max(values.count, 1))).squareRoot()
      for column in values.indices {
        output[column] = squares == 0 ? 0 : Float(Double(values[column]) / root)
      }
    }
  }

  /// The statistics of the inputs divided by factors, one a column.
  func dividing(by factors: [Float], on execution: Execution) -> InputStatistics {
    var result = self
    result.products = divided(by: factors, on: execution)
    for column in factors.indices {
      result.magnitudes[column] /= Double(factors[column])
      result.maxima[column] /= Double(factors[column])
    }
    return result
  }

  private static func sums(_ input: Matrix<Float>, _ execution: Execution) -> [Double] {
    Matrix.gathered(
      rows: input.shape.rows, columns: input.shape.columns, from: 0, on: execution, combine: +
    ) { row, partial in
      let values = input.row(row)
      for column in values.indices { partial[column] += values[column].magnitude }
    }
  }

  private static func maxima(_ input: Matrix<Float>, _ execution: Execution) -> [Double] {
    Matrix.gathered(
      rows: input.shape.rows, columns: input.shape.columns, from: 0, on: execution, combine: max
    ) { row, partial in
      let values = input.row(row)
      for column in values.indices {
        let magnitude = values[column].magnitude
        partial[column] = magnitude > partial[column] ? magnitude : partial[column]
      }
    }
  }
}
