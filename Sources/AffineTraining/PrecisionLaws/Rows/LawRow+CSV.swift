internal import AffineFormats
extension LawRow {
  private static let required = [
    "parameters", "tokens", "weightBits", "activationBits", "cacheBits", "postBits", "loss",
  ]

  /// Rows as a table; what is not quantized is empty.
  public static func csv(_ rows: [LawRow]) -> String {
    let named = rows.contains { $0.run != nil }
    let lines = rows.map { row in
      let bits = row.precision.named.map(\.bits) + [row.postBits]
      let cells =
        [number(row.parameters), number(row.tokens)] + bits.map { $0.map(number) ?? "" }
        + [number(row.loss)] + (named ? [row.run ?? ""] : [])
      return cells.joined(separator: ",")
    }
    return ([(required + (named ? ["run"] : [])).joined(separator: ",")] + lines)
      .map { $0 + "\n" }.joined()
  }

  /// Reads a table with a line of names: parameters, tokens, weightBits, activationBits, cacheBits,
  /// postBits, loss, and run where there is one; other columns are passed over.
  ///
  /// - Parameter csv: Cells divided by commas, without quotes. Bits that are empty or `float` are none.
  /// - Returns: The rows in their order.
  /// - Throws: ``LawError``: a column that is missing, a row that no measurement gives.
  public static func read(csv: String) throws(LawError) -> [LawRow] {
    let lines = csv.textLines(omittingEmpty: false).enumerated()
      .map { (line: $0 + 1, cells: cells($1)) }
      .filter { $0.cells.count > 1 || !$0.cells[0].isEmpty }
    guard let header = lines.first?.cells else { throw .missingColumns(required) }
    var places: [ByteName: Int] = [:]
    for (place, name) in header.enumerated() {
      guard places.updateValue(place, forKey: ByteName(name)) == nil else {
        throw .repeatedColumn(name)
      }
    }
    let missing = required.filter { places[ByteName($0)] == nil }
    guard missing.isEmpty else { throw .missingColumns(missing) }
    var rows: [LawRow] = []
    for (line, cells) in lines.dropFirst() {
      guard cells.count == header.count else {
        throw .row("line \(line)", "\(cells.count) cells stand under \(header.count) names")
      }
      rows.append(
        try row("line \(line)") { places[ByteName($0)].map { cells[$0] } ?? "" })
    }
    return rows
  }

  /// A row whose cells are found by name.
  static func row(
    _ place: String, _ cell: (String) -> String
  ) throws(LawError) -> LawRow {
    func value(_ name: String) throws(LawError) -> Double {
      guard !cell(name).isEmpty else { throw .row(place, "\(name) is missing") }
      guard let value = Double(cell(name)) else {
        throw .row(place, "\(name) is no number: '\(cell(name))'")
      }
      return value
    }
    func bits(_ name: String) throws(LawError) -> Double? {
      ["", "float"].contains(where: cell(name).isSame) ? nil : try value(name)
    }
    let precision = LawPrecision(
      weightBits: try bits("weightBits"), activationBits: try bits("activationBits"),
      cacheBits: try bits("cacheBits"))
    let run = cell("run")
    let row = LawRow(
      parameters: try value("parameters"), tokens: try value("tokens"), precision: precision,
      postBits: try bits("postBits"), loss: try value("loss"), run: run.isEmpty ? nil : run)
    try row.validate(at: place)
    return row
  }

  private static func cells(_ line: Substring) -> [String] {
    // By scalars: what looks like one character can be a megabyte.
    line.unicodeScalars.split(separator: ",", omittingEmptySubsequences: false).map { cell in
      var cell = cell.drop { $0.properties.isWhitespace || $0 == "\u{feff}" }
      while let last = cell.last, last.properties.isWhitespace { cell.removeLast() }
      return String(cell)
    }
  }

  /// Whole numbers without a point.
  private static func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
