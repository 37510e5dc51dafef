import AffineModels
import AffineQuant
import Testing

@Suite struct ModelReportTests {
  private static func type(_ name: String) throws -> QuantizedType {
    try #require(QuantizedType(name: name))
  }

  private static func report(
    _ names: [String], judgements: [ModelQuantizationReport.Judgement] = [],
    bytesBefore: Int? = nil
  ) throws -> ModelQuantizationReport {
    let type = try Self.type("int4-group32")
    let layers = try names.enumerated().map { index, name in
      let weight = CalibrationSamples.normal(8, 64, seed: UInt64(index + 1))
      let cost = try QuantizationCost(
        name: name, weight: weight, quantized: AnyQuantized(quantizing: weight, as: type),
        bytesBefore: bytesBefore ?? 4 * weight.shape.count)
      return LayerQuantization(cost, as: type, seconds: 0.25)
    }
    return ModelQuantizationReport(
      method: "rtn", layers: layers, skipped: 3, calibrationTokens: 100, seconds: 1,
      judgements: judgements)
  }

  /// The text of the elements of a name that hold no others.
  private static func texts(_ page: String, _ element: String) throws -> [String] {
    let pattern = try Regex("<\(element)[^>]*>([^<]*)</\(element)>")
    return page.matches(of: pattern).compactMap { $0.output[1].substring.map(String.init) }
  }

  /// Elements close in the order in which they open, but for those that hold nothing.
  private static func isBalanced(_ page: String) -> Bool {
    var open: [Substring] = []
    for match in page.matches(of: /<(\/?)([a-z0-9]+)[^>]*?(\/?)>/) {
      let (name, isEnd) = (match.2, !match.1.isEmpty)
      if name == "meta" || !match.3.isEmpty { continue }
      if !isEnd { open.append(name) } else if open.popLast() != name { return false }
    }
    return open.isEmpty
  }

  @Test func pageTellsEveryLayer() throws {
    let names = (0..<3).flatMap { ["blocks.\($0).up", "blocks.\($0).down"] }
    let report = try Self.report(
      names, judgements: [.init("perplexity", before: 35.25, after: 41.5)])
    let page = report.html(model: "a model")
    #expect(page.hasPrefix("<!doctype html>"))
    #expect(Self.isBalanced(page))
    let cells = try Self.texts(page, "td")
    #expect(cells.count == 8 * names.count)
    #expect(stride(from: 0, to: cells.count, by: 8).map { cells[$0] } == names)
    #expect(cells[2] == "int4-group32")
    // 8 rows of 32 bytes of codes and two scales of 4.
    #expect(cells[5] == "2048" && cells[6] == "320" && cells[7] == "0.25")
    #expect(page.contains("<b>35.25</b> before") && page.contains("<b>41.5</b> after"))
    // A plot of weights and one of outputs, a curve for each kind of layer.
    #expect(page.matches(of: /<svg xmlns/).count == 2)
    #expect(page.contains("blocks.*.up") && page.contains("blocks.*.down"))
  }

  /// What grows is as true a part as what shrinks.
  @Test(arguments: [(640, "0.5"), (160, "2.0")])
  func pageTellsThePartOfTheBytes(before: Int, part: String) throws {
    let page = try Self.report(["0.up"], bytesBefore: before).html(model: "m")
    #expect(page.contains("\(before) bytes became 320, \(part) of the bytes, in"))
  }

  @Test func pageNeedsNoOtherFileAndFitsDarkScreens() throws {
    let page = try Self.report(["0.up"]).html(model: "m")
    #expect(page.contains("color-scheme: light dark"))
    #expect(page.contains("prefers-color-scheme: dark"))
    // A namespace is a name, not an address that a browser reads.
    #expect(!page.replacing("http://www.w3.org/2000/svg", with: "").contains("http"))
    for element in ["<script", "<link", "<img", "@import", "url("] {
      #expect(!page.contains(element))
    }
  }

  @Test func namesAreTextAndNoMarkup() throws {
    let name = "<script>alert(\"1 & 2\")</script>"
    let page = try Self.report([name]).html(model: name)
    #expect(!page.contains("<script"))
    #expect(Self.isBalanced(page))
    let escaped = "&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;"
    #expect(try Self.texts(page, "h1") == ["\(escaped), quantized"])
    #expect(try Self.texts(page, "td").first == escaped)
  }

  /// A layer alone is judged on normal inputs, in parts of the output instead of dB.
  @Test func outputErrorsArePartsOfTheOutput() throws {
    let layer = try #require(try Self.report(["a"]).layers.first)
    let error = try #require(layer.outputError)
    // 4 bits in groups of 32 err by about a twelfth of their values.
    #expect(error > 0.02 && error < 0.3, "\(error)")
    #expect(try Self.report(["a", "a"]).outputError ?? 0 > 0.02)
  }
}
