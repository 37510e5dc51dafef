import AffinePlots
import AffineTraining
import Foundation
import Testing

@Suite struct LinePlotTests {
  private static func plot(
    _ points: [(x: Double, y: Double)], logarithmic: Bool = false, marks: PlotCurve.Marks = .line
  ) -> LinePlot {
    LinePlot(
      "t", x: PlotAxis("x", isLogarithmic: logarithmic),
      y: PlotAxis("y", isLogarithmic: logarithmic),
      curves: [PlotCurve("a", points, marks: marks)])
  }

  /// The data of the paths in the inner image.
  private static func paths(_ svg: String) -> [String] {
    guard let inner = svg.ranges(of: "<svg").last else { return [] }
    return svg[inner.lowerBound...].split(separator: "</svg>")[0]
      .matches(of: /\ d="([^"]*)"/).map { String($0.1) }
  }

  /// Line by line: 40 pixels a unit of x, 36 a tenth of y, 10 tenths of a pixel a pixel.
  @Test func aSmallPlot() {
    let plot = LinePlot(
      "A & B", x: PlotAxis("step"), y: PlotAxis("loss <1>", range: 0...1),
      curves: [
        PlotCurve("float32", [(0, 1), (8, 0.5), (16, 0)]),
        PlotCurve("int8", [(0, 0.25), (16, 0.25)], marks: .points),
      ])
    let lines = plot.svg.split(separator: "\n").map(String.init)
    for line in [
      "<title>A &amp; B</title>",
      "<rect x=\".5\" y=\".5\" width=\"830\" height=\"481\" rx=\"8\" fill=\"#fff\" stroke=\"#ddd\"/>",
      "<path d=\"M69 58V418M149 58V418M229 58V418M309 58V418M389 58V418M469 58V418M549 58V418"
        + "M629 58V418M709 58V418M69 418H709M69 346H709M69 274H709M69 202H709M69 130H709M69 58H709\" "
        + "stroke=\"#e2e2e2\"/>",
      "<text x=\"709\" y=\"437\" text-anchor=\"middle\" font-size=\"12\" fill=\"#555\">16</text>",
      "<text x=\"61\" y=\"134\" text-anchor=\"end\" font-size=\"12\" fill=\"#555\">0.8</text>",
      "<path stroke=\"#111\" stroke-width=\"28\" d=\"m0 0l3200 1800 3200 1800\"/>",
      "<path stroke=\"#0072b2\" stroke-width=\"60\" d=\"m0 2700h0m6400 0h0\"/>",
      "<text x=\"761\" y=\"72\" font-size=\"13\">float32</text>",
      "<text x=\"0\" y=\"0\" text-anchor=\"middle\" font-size=\"13\" "
        + "transform=\"translate(24 238) rotate(-90)\">loss &lt;1&gt;</text>",
    ] { #expect(lines.contains(line), "\(line)") }
    #expect(lines.count == 32 && lines.last == "</svg>")
  }

  @Test func aPlotIsTheSameTextAgain() {
    #expect(
      LinePlot.losses(curves: 3, points: 200).svg == LinePlot.losses(curves: 3, points: 200).svg)
  }

  @Test func tenCurvesOfAThousandPointsAreSmall() throws {
    let svg = LinePlot.losses(curves: 10, points: 1000).svg
    #expect(svg.utf8.count < 200_000)
    // Of a hundred times as many points, four remain in each of 640 columns, of five bytes or so.
    #expect(LinePlot.losses(curves: 10, points: 100_000).svg.utf8.count < 20 * 640 * 4 * 6)
  }

  @Test func aDrawingIsSoundXML() throws {
    let svg = LinePlot.losses(curves: 10, points: 20).svg
    let check = try #require(XMLCheck(svg))
    #expect(Set(check.elements) == ["svg", "title", "rect", "text", "path"])
    // Every curve twice: pale, and its average.
    #expect(Self.paths(svg).count == 20)
  }

  @Test func namesAreEscaped() throws {
    var plot = Self.plot([(0, 0), (1, 1)])
    plot.title = "</title><script>alert(\"1\")</script>"
    plot.curves[0].name = "a < b && 'c' \u{0}\u{b}\u{1f}\u{ffff} é\u{1F40D}"
    plot.x.label = "\"x\"\nunits"
    let svg = plot.svg
    let check = try #require(XMLCheck(svg))
    #expect(!svg.contains("<script"))
    #expect(check.texts.contains("&quot;x&quot; units"))
    #expect(
      check.texts.contains("a &lt; b &amp;&amp; 'c' \u{fffd}\u{fffd}\u{fffd}\u{fffd} é\u{1F40D}"))
  }

  @Test func whatHasNoPlaceIsSkippedAndCounted() throws {
    let points = [
      (0.0, 1.0), (1, .nan), (2, 2), (.infinity, 3), (3, -.infinity), (4, 1e301), (5, 1),
    ].map { (x: $0.0, y: $0.1) }
    let svg = Self.plot(points).svg
    let check = try #require(XMLCheck(svg))
    #expect(check.texts.last == "4 points are not drawn: not finite.")
    // Three pieces of one point each: a line goes through no gap.
    #expect(Self.paths(svg) == ["m0 3600h0m2560-3600h0m3840 3600h0"])
    let one = try #require(XMLCheck(Self.plot([(1, 1), (2, 0), (3, 2)], logarithmic: true).svg))
    #expect(
      one.texts.last
        == "1 point is not drawn: not finite, or not above zero on a logarithmic axis.")
  }

  /// Nothing, one point, equal points, far and near extremes: something is drawn and nothing traps.
  @Test(arguments: [
    [], [0], [7], [-3, -3], [.nan], [1e300, -1e300], [.leastNonzeroMagnitude, 0], [1e-300, 1e300],
    [1, 1 + 0x1p-52],
    [1e15, 1e15 + 1], [-0x1p-1060, 0x1p-1060], [.greatestFiniteMagnitude], [0.1, 0.2, 0.3],
  ]) func extremesAreDrawn(values: [Double]) throws {
    let across = values.enumerated().map { (x: Double($0), y: $1) }
    for points in [across, across.map { (x: $0.y, y: $0.x) }, values.map { (x: $0, y: $0) }] {
      for (logarithmic, marks) in [(false, PlotCurve.Marks.line), (true, .line), (false, .points)] {
        var plot = Self.plot(points, logarithmic: logarithmic, marks: marks)
        #expect(XMLCheck(plot.svg) != nil)
        for smoothing in [0.9, 0, 1, .nan, -1] as [Double] {
          plot.smoothing = smoothing
          #expect(plot.svg.hasSuffix("</svg>\n"))
        }
        for range in [0...1, -1e308...1e308, 5...5, 0.001...1000] {
          (plot.x.range, plot.y.range) = (range, range)
          #expect(plot.svg.hasSuffix("</svg>\n"))
        }
      }
    }
    #expect(XMLCheck(LinePlot("", x: PlotAxis(""), y: PlotAxis(""), curves: []).svg) != nil)
  }

  @Test func thinningKeepsExtremes() throws {
    // A spike of one point among 64 000, a hundred in each column of pixels.
    var points = (0..<64_000).map { (x: Double($0), y: Double($0 % 2)) }
    points[33_333].y = 9
    points[12_345].y = -9
    let path = try #require(Self.paths(Self.plot(points).svg).first)
    var (y, heights): (Int, [Int]) = (0, [])
    for (index, number) in path.matches(of: /-?[0-9]+/).enumerated() where index % 2 == 1 {
      y += try #require(Int(number.0))
      heights.append(y)
    }
    // From −10 to 10, so ten units are 1800 tenths of a pixel.
    #expect(heights.min() == 180 && heights.max() == 3420)
    #expect(heights.count <= 4 * 641)
  }

  @Test func averagesFollowTheirDefinition() {
    let values = [3.0, 1, 4, 1, 5, 9, 2, 6]
    var plot = Self.plot(values.enumerated().map { (x: Double($0), y: $1) })
    plot.smoothing = 0.75
    plot.y.range = 0...10
    // Weighed sums, each by its definition: Σ ¾ⁿ⁻ⁱ yᵢ / Σ ¾ⁿ⁻ⁱ.
    let expected = values.indices.map { last in
      let weights = (0...last).map { pow(0.75, Double(last - $0)) }
      return zip(weights, values).map(*).reduce(0, +) / weights.reduce(0, +)
    }
    var other = Self.plot(expected.enumerated().map { (x: Double($0), y: $1) })
    other.y.range = 0...10
    #expect(Self.paths(plot.svg).last == Self.paths(other.svg).last)
    #expect(Self.paths(plot.svg).count == 2)
  }
}
