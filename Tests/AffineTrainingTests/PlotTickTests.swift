import AffinePlots
import AffineTraining
import Testing

@Suite struct PlotTickTests {
  /// What stands along the axes of a plot whose x goes from one value to the other.
  private static func labels(_ low: Double, _ high: Double, logarithmic: Bool) throws -> [String] {
    let plot = LinePlot(
      "t", x: PlotAxis("x", isLogarithmic: logarithmic), y: PlotAxis("y"),
      curves: [PlotCurve("", [(low, 0), (high, 1)])])
    let texts = try #require(XMLCheck(plot.svg)).texts
    // The title, then the labels of x, then those of y: 0.0, 0.2, … 1.0, and the axes' names.
    return Array(texts.dropFirst().dropLast(8))
  }

  @Test(arguments: [
    (0.0, 1000.0, "0 200 400 600 800 1000"),
    (0, 20_000, "0 5000 10\u{2009}000 15\u{2009}000 20\u{2009}000"),
    (1.3, 5.2, "1.5 2.0 2.5 3.0 3.5 4.0 4.5 5.0"), (-1, 1, "−1.0 −0.5 0 0.5 1.0"),
    (0, 1e-4, "0 0.00002 0.00004 0.00006 0.00008 0.00010"),
    (0, 3e7, "0 5×10⁶ 10⁷ 1.5×10⁷ 2×10⁷ 2.5×10⁷ 3×10⁷"),
    (-2e-9, 2e-9, "−2×10⁻⁹ −1.5×10⁻⁹ −10⁻⁹ −5×10⁻¹⁰ 0 5×10⁻¹⁰ 10⁻⁹ 1.5×10⁻⁹ 2×10⁻⁹"),
    (
      100_000, 100_006,
      "100\u{2009}000 100\u{2009}001 100\u{2009}002 100\u{2009}003 100\u{2009}004 100\u{2009}005 100\u{2009}006"
    ), (7, 7, "6.7 6.8 6.9 7.0 7.1 7.2 7.3"),
  ]) func linear(low: Double, high: Double, expected: String) throws {
    #expect(
      try Self.labels(low, high, logarithmic: false)
        == expected.split(separator: " ").map(String.init))
  }

  @Test(arguments: [
    (1.0, 1000.0, "1 10 100 1000"), (1, 100, "1 2 5 10 20 50 100"), (0.001, 5, "0.001 0.01 0.1 1"),
    (1.5, 5.5, "1.5 2.0 2.5 3.0 3.5 4.0 4.5 5.0 5.5"),
    (1e-12, 1, "10⁻¹² 10⁻¹⁰ 10⁻⁸ 10⁻⁶ 10⁻⁴ 10⁻² 1"),
    (1e4, 1e7, "10⁴ 10⁵ 10⁶ 10⁷"),
  ]) func logarithmic(low: Double, high: Double, expected: String) throws {
    #expect(
      try Self.labels(low, high, logarithmic: true)
        == expected.split(separator: " ").map(String.init))
  }
}
