extension PlotDrawing {
  /// Lines and dots, in an image of its own which cuts off what lies outside.
  var curves: [String] {
    guard let scales else { return [] }
    // Room for half a line at the edges.
    let edge = 5
    var lines = [
      "<svg x=\"\(left - edge)\" y=\"\(top - edge)\" width=\"\(width + 2 * edge)\" "
        + "height=\"\(height + 2 * edge)\" viewBox=\"\(-10 * edge) \(-10 * edge) "
        + "\(10 * (width + 2 * edge)) \(10 * (height + 2 * edge))\" fill=\"none\" "
        + "stroke-linejoin=\"round\" stroke-linecap=\"round\">"
    ]
    if let weight = plot.averageWeight {
      // All of the pale ones first: no average lies under another curve's noise.
      for (index, curve) in plot.curves.enumerated() where curve.marks == .line {
        lines.append(path(index, curve, scales, " stroke-opacity=\".22\""))
      }
      for (index, curve) in plot.curves.enumerated() {
        let average = curve.smoothed(weight, isDrawn: plot.isDrawn)
        lines.append(path(index, curve.marks == .line ? average : curve, scales, ""))
      }
    } else {
      lines += plot.curves.enumerated().map { path($0, $1, scales, "") }
    }
    return lines + ["</svg>"]
  }

  private func path(
    _ index: Int, _ curve: PlotCurve, _ scales: (x: PlotScale, y: PlotScale), _ attributes: String
  ) -> String {
    let positions = curve.points.map { point -> (x: Int, y: Int)? in
      guard let x = scales.x.position(point.x), let y = scales.y.position(point.y) else {
        return nil
      }
      return (x, 10 * height - y)
    }
    let data = curve.marks == .line ? PlotPath(line: positions) : PlotPath(dots: positions)
    return
      "<path \(style(curve.colour ?? index, curve.marks, tenths: true))\(attributes) d=\"\(data.text)\"/>"
  }

  private func style(_ index: Int, _ marks: PlotCurve.Marks, tenths: Bool) -> String {
    let unit = tenths ? 1 : 10
    let width = marks == .points ? 60 : index == 0 ? 28 : 18
    let colour = index == 0 ? "#111" : Self.palette[(index - 1) % Self.palette.count]
    let dashes =
      index > Self.palette.count && marks == .line
      ? " stroke-dasharray=\"\(60 / unit) \(50 / unit)\"" : ""
    let thickness = tenths ? "\(width)" : "\(width / 10).\(width % 10)"
    return "stroke=\"\(colour)\" stroke-width=\"\(thickness)\"\(dashes)"
  }

  var legend: [String] {
    let named = plot.curves.enumerated().filter { !$0.element.name.isEmpty }
    return named.enumerated().flatMap { row, entry in
      let (index, curve) = (entry.offset, entry.element)
      let (x, y) = (left + width + 22, top + 10 + Self.rowHeight * row)
      let swatch = curve.marks == .line ? "M\(x) \(y)h22" : "M\(x + 11) \(y)h0"
      return [
        "<path d=\"\(swatch)\" \(style(curve.colour ?? index, curve.marks, tenths: false)) stroke-linecap=\"round\"/>",
        text(curve.name, x + 30, y + 4, "font-size=\"13\""),
      ]
    }
  }
}
