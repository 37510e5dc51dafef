/// From values to tenths of a pixel along one axis.
struct PlotScale {
  let axis: PlotAxis
  /// The ends of the axis, as places.
  let lower, upper: Double
  let ticks: [PlotTick]
  /// Tenths of a pixel.
  let length: Int

  /// Fits an axis to values, with a margin at both ends in parts of the whole and no more labels than
  /// would divide it into `parts`; `nil` if no value has a place.
  init?(
    _ axis: PlotAxis, _ values: some Sequence<Double>, length: Int, parts: Int, margin: Double
  ) {
    var (least, most) = (Double.infinity, -Double.infinity)
    for place in values.lazy.compactMap({ axis.place($0) }) {
      (least, most) = (min(least, place), max(most, place))
    }
    guard least <= most else { return nil }
    self.axis = axis
    self.length = length
    if let range = axis.range, let low = axis.place(range.lowerBound),
      let high = axis.place(range.upperBound)
    {
      (lower, upper) = Self.widened(low, high, isLogarithmic: axis.isLogarithmic)
    } else {
      let (low, high) = Self.widened(least, most, isLogarithmic: axis.isLogarithmic)
      let free = (high - low) * margin
      if axis.isLogarithmic || margin == 0 {
        (lower, upper) = (low - free, high + free)
      } else {
        // To the next line of the grid: a curve should end inside it.
        let step = PlotStep(span: high - low, parts: parts).value
        lower = (low / step + 1e-9).rounded(.down) * step
        upper = (high / step - 1e-9).rounded(.up) * step
      }
    }
    let shown = lower...upper
    ticks =
      axis.isLogarithmic
      ? PlotTick.logarithmic(shown, parts: parts)
      : PlotStep(span: upper - lower, parts: parts).ticks(shown)
  }

  /// A range that is wide enough to be divided.
  private static func widened(
    _ low: Double, _ high: Double, isLogarithmic: Bool
  ) -> (Double, Double) {
    let size = isLogarithmic ? 1 : max(low.magnitude, high.magnitude)
    // Beyond a millionth or so, labels would differ in digits that nobody reads.
    guard high - low <= max(size * 1e-6, 1e-290) else { return (low, high) }
    let half = size == 0 ? 1 : max(size * 0.05, 1e-280)
    return (low - half, high + half)
  }

  /// Where a place lies; far outside, no farther than what a renderer can count.
  func position(ofPlace place: Double) -> Int {
    let part = (place - lower) / (upper - lower)
    return Int((min(max(part, -1), 2) * Double(length)).rounded())
  }

  /// Where a value lies, if it has a place.
  func position(_ value: Double) -> Int? { axis.place(value).map(position(ofPlace:)) }
}
