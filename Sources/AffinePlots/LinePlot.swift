/// Curves over two axes, drawn as one SVG image.
///
/// The first curve is what the others are compared with: black, and thicker. The others have the
/// colours of Okabe and Ito ("Color Universal Design", 2008), which people tell apart however they see
/// colours; from the eighth on, lines are dashed. The paper is white on any page. The same plot is
/// the same text, byte for byte.
public struct LinePlot: Sendable {
  /// What the plot shows.
  public var title: String
  /// From left to right.
  public var x: PlotAxis
  /// From bottom to top.
  public var y: PlotAxis
  /// What is drawn, the first one first.
  public var curves: [PlotCurve]
  /// How much of the moving average each point keeps, above 0 and below 1: lines are drawn pale then,
  /// and their averages over them.
  public var smoothing: Double?

  /// Collects what is drawn.
  public init(
    _ title: String, x: PlotAxis, y: PlotAxis, curves: [PlotCurve], smoothing: Double? = nil
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.curves = curves
    self.smoothing = smoothing
  }

  /// The image.
  ///
  /// - Complexity: O(points); a line has no more than four points in a column of pixels.
  public var svg: String { PlotDrawing(self).svg }

  /// The weight of the average, if it is one.
  var averageWeight: Double? { smoothing.flatMap { $0 > 0 && $0 < 1 ? $0 : nil } }

  func isDrawn(_ point: (x: Double, y: Double)) -> Bool {
    x.place(point.x) != nil && y.place(point.y) != nil
  }

  /// What is said under the plot.
  var notes: [String] {
    var notes: [String] = []
    if let weight = averageWeight, curves.contains(where: { $0.marks == .line }) {
      notes.append(
        "Pale: every value. Strong: their moving average, which keeps \(weight) a point.")
    }
    let missing = curves.reduce(0) { $0 + $1.points.count { !isDrawn($0) } }
    if missing > 0 {
      let reason =
        x.isLogarithmic || y.isLogarithmic
        ? "not finite, or not above zero on a logarithmic axis" : "not finite"
      notes.append(
        "\(missing) \(missing == 1 ? "point is" : "points are") not drawn: \(reason).")
    }
    return notes
  }
}
