/// Points as the data of an SVG path, in whole tenths of a pixel, each relative to the one before.
struct PlotPath {
  /// The data.
  private(set) var text = ""
  private var last = (x: 0, y: 0)

  /// Tenths of a pixel in which a line shows no more than where it enters and leaves and its extremes.
  private static let column = 10

  /// Lines through points; where one is missing, the line is broken.
  init(line points: some Sequence<(x: Int, y: Int)?>) {
    var run: [(x: Int, y: Int)] = []
    for point in points {
      if let point { run.append(point) } else { add(&run) }
    }
    add(&run)
  }

  /// Dots; those that would cover each other are drawn once.
  init(dots points: some Sequence<(x: Int, y: Int)?>) {
    var drawn: Set<[Int]> = []
    for case let point? in points where drawn.insert([point.x, point.y]).inserted {
      move(point)
      text += "h0"
    }
  }

  private mutating func move(_ point: (x: Int, y: Int)) {
    text += "m"
    add(point)
  }

  private mutating func add(_ point: (x: Int, y: Int)) {
    for distance in [point.x - last.x, point.y - last.y] {
      // A minus separates as well as a space.
      if distance >= 0, text.last?.isNumber == true { text += " " }
      text += "\(distance)"
    }
    last = point
  }

  private mutating func add(_ run: inout [(x: Int, y: Int)]) {
    defer { run = [] }
    guard let first = run.first else { return }
    move(first)
    text += run.count == 1 ? "h0" : "l"
    var start = 0
    while start < run.count {
      let column = Self.column(run[start])
      let end = run[start...].firstIndex { Self.column($0) != column } ?? run.count
      for point in Self.thinned(run[start..<end]) where point != last { add(point) }
      start = end
    }
    // Points that all lie on one spot.
    if text.hasSuffix("l") { text += "0 0" }
  }

  private static func column(_ point: (x: Int, y: Int)) -> Int {
    Int((Double(point.x) / Double(column)).rounded(.down))
  }

  /// The first and the last point, the lowest and the highest, in their order.
  private static func thinned(_ run: ArraySlice<(x: Int, y: Int)>) -> [(x: Int, y: Int)] {
    guard run.count > 4 else { return Array(run) }
    let low = run.indices.min { run[$0].y < run[$1].y },
      high = run.indices.max { run[$0].y < run[$1].y }
    let kept = Set([run.startIndex, low ?? 0, high ?? 0, run.endIndex - 1])
    return kept.sorted().map { run[$0] }
  }
}
