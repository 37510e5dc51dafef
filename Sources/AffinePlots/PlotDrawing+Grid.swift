extension PlotDrawing {
  /// The lines of the grid, what stands at their ends, and the two axes.
  var grid: [String] {
    let (right, bottom) = (left + width, top + height)
    let frame = "<path d=\"M\(left) \(top)V\(bottom)H\(right)\" fill=\"none\" stroke=\"#888\"/>"
    guard let scales else {
      let middle = "text-anchor=\"middle\" font-size=\"14\" fill=\"#767676\""
      return [frame, text("nothing to draw", left + width / 2, top + height / 2, middle)]
    }
    var (fine, coarse) = ("", "")
    var labels: [String] = []
    func add(_ tick: PlotTick, _ line: String, _ label: (String) -> String) {
      if let name = tick.label {
        coarse += line
        labels.append(label(name))
      } else {
        fine += line
      }
    }
    let small = "font-size=\"12\" fill=\"#555\""
    for tick in scales.x.ticks {
      let x = left + scales.x.position(ofPlace: tick.place) / 10
      add(tick, "M\(x) \(top)V\(bottom)") {
        text($0, x, bottom + 19, "text-anchor=\"middle\" \(small)")
      }
    }
    for tick in scales.y.ticks {
      let y = bottom - scales.y.position(ofPlace: tick.place) / 10
      add(tick, "M\(left) \(y)H\(right)") {
        text($0, left - 8, y + 4, "text-anchor=\"end\" \(small)")
      }
    }
    let lines = [(fine, "#f1f1f1"), (coarse, "#e2e2e2")].filter { !$0.0.isEmpty }
    return lines.map { "<path d=\"\($0)\" stroke=\"\($1)\"/>" } + [frame] + labels
  }
}
