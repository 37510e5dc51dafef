import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct OutlierColumnsTests {
  typealias Rows = AffineQuantized<Int8, RowMajor<PerRow, Symmetric>>
  /// Six planted columns, 20 to 60 times the others, which stay below 6.
  static let planted = [3, 64, 65, 200, 333, 511]
  let w = Numbers.normal(48, 512, seed: 2)
  let x: Matrix<Float>

  init() {
    let normal = Numbers.normal(130, 512, seed: 1)
    x = Matrix(rows: 130, columns: 512) { row, column in
      guard let place = Self.planted.firstIndex(of: column) else {
        return min(max(normal[row, column], -5.9), 5.9)
      }
      return normal[row, column] * Float(20 + 8 * place)
    }
  }

  private func product(_ outliers: OutlierColumns) throws -> Matrix<Float> {
    let rest = try linear(Rows(quantizing: outliers.zeroed(in: x)), Rows(quantizing: w))
    let dense = try linear(outliers.gathered(from: x), outliers.gathered(from: w))
    return Matrix(rows: 130, columns: 48) { rest[$0, $1] + dense[$0, $1] }
  }

  @Test func findsThePlantedColumnsAndNoOther() throws {
    let outliers = OutlierColumns(in: x)
    #expect(outliers.columns == Self.planted)
    #expect(OutlierColumns(in: x, on: .threads(3)) == outliers)
    // A value on the threshold is one.
    let edge = Matrix<Float>(rows: 100, columns: 3) { $0 == 70 ? [6, -6, 5.9999995][$1] : 0 }
    #expect(OutlierColumns(in: edge).columns == [0, 1])
    #expect(OutlierColumns(in: x, threshold: .infinity).columns.isEmpty)
    #expect(OutlierColumns(in: x, threshold: 0).columns.isEmpty)
    #expect(OutlierColumns(in: x, threshold: .nan).columns.isEmpty)
    #expect(OutlierColumns(in: x, threshold: .leastNonzeroMagnitude).columns.count == 512)
  }

  @Test func theProductKeepsItsPrecision() throws {
    let exact = Numbers.productOfRows(x, w)
    let plain = try linear(Rows(quantizing: x), Rows(quantizing: w))
    let apart = try product(OutlierColumns(in: x))
    let (without, with) = (
      Numbers.relativeError(Numbers.doubles(plain), exact),
      Numbers.relativeError(Numbers.doubles(apart), exact)
    )
    #expect(without >= 0.03)
    #expect(with <= 0.004)
  }

  @Test func theThresholdsEndsAreInt8AndFloat() throws {
    let plain = try linear(Rows(quantizing: x), Rows(quantizing: w))
    #expect(try product(OutlierColumns(in: x, threshold: .infinity)) == plain)
    let float = try product(OutlierColumns(in: x, threshold: .leastNonzeroMagnitude))
    #expect(Numbers.relativeError(Numbers.doubles(float), Numbers.productOfRows(x, w)) < 1e-6)
  }

  @Test func partsAreExactAndGoBackTogether() throws {
    let outliers = OutlierColumns(in: x)
    let (rest, dense) = (try outliers.zeroed(in: x), try outliers.gathered(from: x))
    for row in 0..<130 {
      for column in 0..<512 {
        let isOutlier = Self.planted.contains(column)
        #expect(rest[row, column] == (isOutlier ? 0 : x[row, column]))
      }
      for (place, column) in Self.planted.enumerated() {
        #expect(dense[row, place] == x[row, column])
      }
    }
    #expect(try outliers.placed(dense, in: rest) == x)
    let narrow = Samples.matrix(2, 511)
    #expect(throws: ShapeError.outOfRange(axis: "column", index: 511, extent: 511)) {
      try outliers.zeroed(in: narrow)
    }
    #expect(throws: ShapeError.mismatchedExtent(axis: "columns", lhs: 511, rhs: 6)) {
      try outliers.placed(Samples.matrix(130, 511), in: x)
    }
  }
}
