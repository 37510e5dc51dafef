/// Named points of a plot.
public struct PlotCurve: Sendable {
  /// How points are shown.
  public enum Marks: Sendable, Hashable {
    /// Each is joined to the next.
    case line
    /// Each is a dot.
    case points
  }

  /// As it stands in the legend.
  public var name: String
  /// The points, in the order in which a line joins them.
  public var points: [(x: Double, y: Double)]
  /// How they are shown.
  public var marks: Marks
  /// Takes the colour that the curve at this place has; `nil`: its own place.
  public var colour: Int?

  /// Names points.
  public init(
    _ name: String, _ points: [(x: Double, y: Double)], marks: Marks = .line, colour: Int? = nil
  ) {
    self.name = name
    self.points = points
    self.marks = marks
    self.colour = colour.map { max($0, 0) }
  }

  /// The exponential moving average of the points that have a place, each weighed `1 − weight` against
  /// all before it; the weights of the first few are divided out (as Adam's moments are).
  func smoothed(_ weight: Double, isDrawn: ((x: Double, y: Double)) -> Bool) -> PlotCurve {
    var smooth = self
    var (sum, total) = (0.0, 0.0)
    for (index, point) in points.enumerated() where isDrawn(point) {
      sum = weight * sum + (1 - weight) * point.y
      total = weight * total + (1 - weight)
      smooth.points[index].y = sum / total
    }
    return smooth
  }
}
