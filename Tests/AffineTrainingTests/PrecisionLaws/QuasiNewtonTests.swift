import AffineTraining
import Testing

@Suite struct QuasiNewtonTests {
  /// Rosenbrock's valley, from its usual start.
  @Test func aCurvedValley() throws {
    let end = try #require(
      QuasiNewton().minimize(from: [-1.2, 1]) { point in
        let (x, y) = (point[0], point[1])
        let rest = y - x * x
        return ((1 - x) * (1 - x) + 100 * rest * rest, [2 * (x - 1) - 400 * x * rest, 200 * rest])
      })
    #expect(abs(end.point[0] - 1) <= 1e-6 && abs(end.point[1] - 1) <= 1e-6)
  }

  /// A bowl a million times as steep in one direction as in another, with a wall of infinities at 2.
  @Test func aBowlWithAWall() throws {
    let factors = [1, 1e2, 1e4, 1e6]
    let end = try #require(
      QuasiNewton().minimize(from: [1.9, 1.9, -3, 1]) { point in
        guard point.allSatisfy({ $0 < 2 }) else { return (.infinity, []) }
        let value = zip(factors, point).reduce(0) { $0 + $1.0 * ($1.1 - 1) * ($1.1 - 1) }
        return (value, zip(factors, point).map { 2 * $0 * ($1 - 1) })
      })
    #expect(end.point.allSatisfy { abs($0 - 1) <= 1e-6 })
  }

  @Test func aStartBehindTheWallHasNoEnd() {
    let end = QuasiNewton().minimize(from: [1]) { _ in (.nan, []) }
    #expect(end?.point == nil)
  }
}
