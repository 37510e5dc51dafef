import AffineFormats

/// Rows of text under headings, aligned for a terminal or as Markdown.
struct TextTable {
  let headings: [String]
  var rows: [[String]] = []

  init(_ headings: [String]) { self.headings = headings }

  /// Cells that are longer are not padded to: one name of a file must not widen all rows.
  private static let widest = 100

  /// Columns padded to one width; all but the first are numbers or short words.
  var plain: String {
    let lines = ([headings] + rows).map { $0.map(\.escapingControls) }
    let widths = headings.indices.map { column in
      lines.map { $0[column].count }.filter { $0 <= Self.widest }.max() ?? 0
    }
    return lines.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: max($1 - $0.count, 0)) }
        .joined(separator: "  ").trimmingSuffix(" ")
    }.joined(separator: "\n")
  }

  /// A Markdown table.
  var markdown: String {
    ([headings, headings.map { _ in "---" }] + rows).map { row in
      "| " + row.map { $0.escapingControls.replacing("|", with: "\\|") }.joined(separator: " | ")
        + " |"
    }.joined(separator: "\n")
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = Substring(self)
    while text.last == character { text.removeLast() }
    return String(text)
  }
}
