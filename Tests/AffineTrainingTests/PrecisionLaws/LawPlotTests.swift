import AffinePlots
import AffineTraining
import Testing

@Suite struct LawPlotTests {
  @Test func drawingsAreSoundXML() throws {
    let rows = try SyntheticRows.rows(noise: 0.005)
    var settings = LawFitSettings()
    settings.replicates = 0
    let fit = try PrecisionLaw.fit(rows, settings)
    #expect(
      fit.plot.curves.map(\.name) == [
        "equal", "rounded after training", "float", "weights", "activations", "cache",
        "several parts",
      ])
    #expect(fit.plot.curves.dropFirst().reduce(0) { $0 + $1.points.count } == rows.count)
    let rounding = fit.law.degradationPlot(rows, bits: 3)
    #expect(rounding.curves.count == 8 && rounding.curves.allSatisfy { $0.points.count == 5 })
    for svg in [fit.plot.svg, rounding.svg] { #expect(XMLCheck(svg) != nil) }
  }

  /// Left, a loss that turns up; right, a valley at the optimum.
  @Test func twoPanels() throws {
    let law = PrecisionLaw.published
    let left = law.roundingPlot(parameters: 30e6, tokens: 1e9...1e12, postBits: [3, 4])
    let falling = left.curves[0].points.map(\.y)
    #expect(falling == falling.sorted(by: >))
    let three = left.curves[1].points
    let turn = try #require(three.min { $0.y < $1.y })
    #expect(abs(turn.x / (177 * 30e6) - 1) <= 0.04)
    let right = law.budgetPlot(LawBudget(1e20))
    let best = try #require(right.curves[0].points.min { $0.y < $1.y })
    #expect(best.x == 7)
    let svg = PlotPanels([left, right]).svg
    let check = try #require(XMLCheck(svg))
    #expect(check.elements.count { $0 == "svg" } == 5)
  }
}
