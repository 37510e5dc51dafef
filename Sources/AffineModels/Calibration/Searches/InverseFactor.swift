internal import AffineQuant

/// The upper triangular U with H⁻¹ = Uᵀ · U, for the damped products H of a layer's inputs.
///
/// Row i of U says how an error in column i is best made up for in the columns after it.
///
/// From H = R · Rᵀ with R upper triangular, U is R⁻¹: no inverse of H is ever made. With rows and columns
/// in reverse order R is an ordinary Cholesky factor. All in `Double`; only U is rounded.
struct InverseFactor {
  /// Columns × columns; zero below the diagonal.
  let upper: Matrix<Float>
  /// What was added to the diagonal, in parts of its mean.
  let damping: Double

  /// The damping to try when a smaller one was not enough, up to all of the mean.
  private static let smallestRaise = 1e-3

  /// Factors products of inputs.
  ///
  /// - Parameters:
  ///   - products: Σ x · xᵀ; a column that never saw anything but zeros is given a diagonal.
  ///   - order: The columns in the order in which they will be rounded.
  ///   - damping: In parts of the diagonal's mean; it is raised tenfold until there is a factor.
  ///   - execution: Threads; the result does not depend on them.
  /// - Throws: ``CalibrationError/notPositiveDefinite(column:pivot:damping:)``.
  init(
    _ products: Matrix<Float>, order: [Int], damping: Double, on execution: Execution
  ) throws(CalibrationError) {
    let reversed = Array(order.reversed())
    let diagonal = reversed.map { Double(products[$0, $0]) }
    let live = diagonal.filter { $0 > 0 }
    let mean = live.isEmpty ? 1 : live.reduce(0, +) / Double(live.count)
    var damping = damping
    while true {
      let added = diagonal.map { ($0 > 0 ? 0 : mean) + damping * mean }
      let result = Self.lower(products, reversed, added, execution)
      if let factor = result.factor {
        upper = Self.inverted(factor, reversed.count, execution)
        self.damping = damping
        return
      }
      guard damping < 1 else {
        throw .notPositiveDefinite(
          column: reversed[result.place], pivot: result.pivot, damping: damping)
      }
      damping = min(max(10 * damping, Self.smallestRaise), 1)
    }
  }

  /// The Cholesky factor, row by row, or where there is none.
  private static func lower(
    _ products: Matrix<Float>, _ order: [Int], _ added: [Double], _ execution: Execution
  ) -> (factor: [Double]?, place: Int, pivot: Double) {
    let count = order.count
    var lower = [Double](repeating: 0, count: count * count)
    for column in 0..<count {
      // A column of entries, each less what the columns before it make up.
      let entries = execution.numbers(rows: count - column, columns: column) { place in
        let row = column + place
        let span = lower.span
        let known = dot(
          span.extracting(row * count..<row * count + column),
          span.extracting(column * count..<column * count + column))
        return Double(products[order[row], order[column]]) + (place == 0 ? added[column] : 0)
          - known
      }
      // What is left of a diagonal below the rounding of its floats is no pivot.
      let whole = Double(products[order[column], order[column]]) + added[column]
      guard entries[0] > 0x1p-24 * whole, entries[0].isFinite else {
        return (nil, column, entries[0])
      }
      let root = entries[0].squareRoot()
      for (place, entry) in entries.enumerated() {
        lower[(column + place) * count + column] = place == 0 ? root : entry / root
      }
    }
    return (lower, count, 1)
  }

  /// Σ a · b in eight sums, which do not wait for each other.
  private static func dot(_ a: borrowing Span<Double>, _ b: borrowing Span<Double>) -> Double {
    var sums = SIMD8<Double>()
    let whole = a.count & ~7
    for start in stride(from: 0, to: whole, by: 8) {
      for lane in 0..<8 { sums[lane] += a[start + lane] * b[start + lane] }
    }
    var rest = 0.0
    for index in whole..<a.count { rest += a[index] * b[index] }
    return sums.sum() + rest
  }

  /// The inverse of a lower triangular factor, with rows and columns back in order.
  private static func inverted(
    _ lower: [Double], _ count: Int, _ execution: Execution
  ) -> Matrix<Float> {
    Matrix(Shape(count, count), work: count * count / 4, on: execution) { row, output in
      let (span, last) = (lower.span, count - 1 - row)
      // x · L is a unit row: x is found from its end, and each entry taken out of those before it.
      var sums = [Double](repeating: 0, count: last + 1)
      for column in 0..<row { output[column] = 0 }
      for place in stride(from: last, through: 0, by: -1) {
        let known = (place == last ? 1 : 0) - sums[place]
        let x = known / span[place * count + place]
        output[count - 1 - place] = Float(x)
        let entries = span.extracting(place * count..<place * count + place)
        for index in entries.indices { sums[index] += x * entries[index] }
      }
    }
  }
}
