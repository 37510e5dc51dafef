/// Plots side by side, as one SVG image.
public struct PlotPanels: Sendable {
  /// From left to right.
  public var plots: [LinePlot]

  /// Collects plots.
  public init(_ plots: [LinePlot]) { self.plots = plots }

  /// The image.
  public var svg: String {
    let drawings = plots.map { PlotDrawing($0) }
    let sizes = drawings.map(\.full)
    var (x, panels) = (0, "")
    for (drawing, size) in zip(drawings, sizes) {
      panels += drawing.svg(" x=\"\(x)\"")
      x += size.width
    }
    let height = sizes.map(\.height).max() ?? 0
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(x) \(height)\" "
      + "width=\"\(x)\" height=\"\(height)\">\n\(panels)</svg>\n"
  }
}
