import AffineQuant

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension CoverageReport {
  private struct Pages: Encodable {
    let report: CoveragePage
    let older: CoveragePage?
  }

  /// One page of HTML that needs no network: a heat map, a roofline, filters, what is missing and slow.
  ///
  /// - Parameter older: Another machine's or commit's report, to show side by side with what became slower.
  /// - Returns: The whole page.
  /// - Throws: `EncodingError`, for a number that is not finite.
  /// - Complexity: About a megabyte for all cells of the catalog.
  public func html(comparedWith older: CoverageReport? = nil) throws -> String {
    let products = MatrixOperation.allCases.filter(\.isProduct).map(\.rawValue)
    let pages = Pages(
      report: CoveragePage(self, products: products),
      older: older.map { CoveragePage($0, products: products) })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = String(decoding: try encoder.encode(pages), as: UTF8.self)
    // No text may end the element that holds it.
    let safe = data.replacing("<", with: "\\u003c")
    return Self.text(PackageResources.page_html)
      .replacing("/*style*/", with: Self.text(PackageResources.page_css))
      .replacing("/*script*/", with: Self.script).replacing("/*data*/", with: safe)
  }

  private static var script: String {
    [
      PackageResources.data_js, PackageResources.lists_js, PackageResources.comparison_js,
      PackageResources.filters_js, PackageResources.map_js, PackageResources.details_js,
      PackageResources.roofline_js, PackageResources.start_js,
    ].map(text).joined(separator: "\n")
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
