/// Searches along one line.
enum LawSearch {
  /// The least of a function with one valley (golden section).
  ///
  /// - Parameters:
  ///   - range: Where to look.
  ///   - value: The function; what is not a number counts as too much.
  /// - Returns: The place, to a part in 10¹⁰ of the range or to where the function is flat.
  static func valley(
    _ range: ClosedRange<Double>, _ value: (Double) -> Double
  ) -> Double {
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (range.lowerBound, range.upperBound)
    var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
    var (atLeft, atRight) = (value(left), value(right))
    // Each step leaves 0.618 of the range: 48 leave 10⁻¹⁰.
    for _ in 0..<48 {
      if atLeft < atRight {
        (high, right, atRight) = (right, left, atLeft)
        left = high - ratio * (high - low)
        atLeft = value(left)
      } else {
        (low, left, atLeft) = (left, right, atRight)
        right = low + ratio * (high - low)
        atRight = value(right)
      }
    }
    return (low + high) / 2
  }

  /// The least of a function with several valleys: the best of some hundred places, and the valley there.
  static func valleys(_ range: ClosedRange<Double>, _ value: (Double) -> Double) -> Double {
    let count = 256
    let step = (range.upperBound - range.lowerBound) / Double(count)
    let places = (0...count).map { range.lowerBound + Double($0) * step }
    let values = places.map(value)
    let best = values.indices.min { values[$0] < values[$1] } ?? 0
    return valley(places[max(best - 1, 0)]...places[min(best + 1, count)], value)
  }
}
