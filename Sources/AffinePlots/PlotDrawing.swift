/// A plot on paper: where everything lies, in pixels, and the SVG that says so.
struct PlotDrawing {
  let plot: LinePlot
  /// `nil` if there is nothing to draw.
  let scales: (x: PlotScale, y: PlotScale)?
  let left, top, width, height, legendWidth: Int

  /// Colours after black; dark enough for thin lines on white, so without the yellow.
  static let palette = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
  ]
  static let rowHeight = 21

  init(_ plot: LinePlot) {
    self.plot = plot
    (width, height, top) = (640, 360, 58)
    let drawn = plot.curves.lazy.flatMap { $0.points }.filter { plot.isDrawn($0) }
    let dots = plot.curves.contains { $0.marks == .points }
    if let x = PlotScale(
      plot.x, drawn.map(\.x), length: 10 * width, parts: 8, margin: dots ? 0.03 : 0),
      let y = PlotScale(plot.y, drawn.map(\.y), length: 10 * height, parts: 6, margin: 0.04)
    {
      scales = (x, y)
    } else {
      scales = nil
    }
    // Letters of 12 pixels are about 7 wide, those of 13 no wider than 8.
    left = 48 + 7 * (scales?.y.ticks.compactMap { $0.label?.count }.max() ?? 0)
    let longest = plot.curves.map(\.name.count).max() ?? 0
    legendWidth = longest == 0 ? 24 : 66 + 8 * longest
  }

  /// Pixels of the whole image.
  var full: (width: Int, height: Int) {
    let notes = plot.notes
    let legendBottom = top + Self.rowHeight * plot.curves.count { !$0.name.isEmpty }
    return (
      width: max(left + width + legendWidth, 60 + plot.title.count * 10),
      height: max(top + height, legendBottom) + 64 + 18 * notes.count + (notes.isEmpty ? 0 : 6)
    )
  }

  var svg: String { svg("") }

  /// The image, with other attributes of its element.
  func svg(_ attributes: String) -> String {
    let (full, notes) = (full, plot.notes)
    var lines = [
      "<svg\(attributes) xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(full.width) \(full.height)\" "
        + "width=\"\(full.width)\" height=\"\(full.height)\" role=\"img\" "
        + "font-family=\"Helvetica Neue,Helvetica,Arial,Liberation Sans,sans-serif\" fill=\"#333\">",
      "<title>\(plot.title.escaped)</title>",
      "<rect x=\".5\" y=\".5\" width=\"\(full.width - 1)\" height=\"\(full.height - 1)\" rx=\"8\" "
        + "fill=\"#fff\" stroke=\"#ddd\"/>",
      text(plot.title, left, 34, "font-size=\"18\" font-weight=\"600\" fill=\"#111\""),
    ]
    lines += grid + curves + legend
    let middle = "text-anchor=\"middle\" font-size=\"13\""
    lines.append(text(plot.x.label, left + width / 2, top + height + 44, middle))
    lines.append(
      text(
        plot.y.label, 0, 0, "\(middle) transform=\"translate(24 \(top + height / 2)) rotate(-90)\"")
    )
    for (row, note) in notes.enumerated() {
      lines.append(
        text(
          note, left, full.height - 18 * (notes.count - row), "font-size=\"12\" fill=\"#767676\""))
    }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  func text(_ text: String, _ x: Int, _ y: Int, _ attributes: String) -> String {
    "<text x=\"\(x)\" y=\"\(y)\" \(attributes)>\(text.escaped)</text>"
  }
}

extension String {
  /// As the text of an XML element; what XML cannot hold becomes U+FFFD.
  fileprivate var escaped: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "\t", "\n", "\r": text += " "
      case "\u{0}"..."\u{1f}", "\u{fffe}", "\u{ffff}": text += "\u{fffd}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
