import AffineModels
import AffineQuant
import Testing

@Suite struct InputStatisticsTests {
  /// Rows of very different sizes, one of them zeros.
  private static let input: Matrix<Float> = {
    let values = CalibrationSamples.normal(6, 5, seed: 3)
    let sizes: [Float] = [1000, 1, 0.01, 0, 3, 1]
    return Matrix(rows: 6, columns: 5) { values[$0, $1] * sizes[$0] }
  }()

  /// The definition in Double: every row counts alike, however large it is.
  @Test func balancedRowsCountAlike() throws {
    var statistics = InputStatistics(columns: 5, balancesRows: true)
    try statistics.add(Self.input)
    var rows: [[Double]] = []
    for row in 0..<6 {
      let values = (0..<5).map { Double(Self.input[row, $0]) }
      let root = (values.reduce(0) { $0 + $1 * $1 } / 5).squareRoot()
      rows.append(values.map { root == 0 ? 0 : $0 / root })
    }
    for i in 0..<5 {
      let mean = rows.reduce(0) { $0 + abs($1[i]) } / 6
      #expect(abs(statistics.meanMagnitudes[i] - mean) < 1e-6)
      // Extremes are those of the inputs themselves.
      let largest = (0..<6).map { abs(Double(Self.input[$0, i])) }.max() ?? 0
      #expect(statistics.largestMagnitudes[i] == largest)
      for j in 0..<5 {
        let product: Double = rows.reduce(0) { $0 + $1[i] * $1[j] }
        let error: Double = abs(Double(statistics.products[i, j]) - product)
        // Six products of at most 5, each rounded a few times to 24 bits.
        let bound: Double = 6 * 5 * 4 * 0x1p-24
        #expect(error < bound)
      }
    }
  }

  @Test(arguments: [true, false]) func refusesWhatIsNotFinite(_ balances: Bool) {
    for bad in [Float.nan, .infinity] {
      var statistics = InputStatistics(columns: 2, balancesRows: balances)
      let input = Matrix<Float>(rows: 2, columns: 2) { $0 == 1 && $1 == 1 ? bad : 1 }
      #expect(throws: CalibrationError.self) { try statistics.add(input) }
      #expect(statistics.rows == 0)
    }
  }
}
