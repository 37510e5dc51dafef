internal import AffineFormats

extension LawRow {
  /// Reads an array of objects with the names of the table's columns, or an object whose member `rows`
  /// is one; other members are passed over.
  ///
  /// - Parameter json: UTF-8. Bits that are missing, `null` or `"float"` are none.
  /// - Returns: The rows in their order.
  /// - Throws: ``LawError/row(_:_:)``: text that is no JSON, a row that no measurement gives.
  public static func read(json: [UInt8]) throws(LawError) -> [LawRow] {
    let document: JSONValue
    do throws(JSONError) { document = try JSONParser.parse(json) } catch {
      throw .row("byte \(error.byte)", error.reason)
    }
    let inner = document.members?.first { $0.name.isSame(as: "rows") }?.value
    guard case .array(let elements) = inner ?? document else {
      throw .row("the document", "neither an array of rows nor an object with one")
    }
    var rows: [LawRow] = []
    for (index, element) in elements.enumerated() {
      let place = "row \(index + 1)"
      guard let members = element.members else { throw .row(place, "no object") }
      var cells: [ByteName: String] = [:]
      for (name, value) in members { cells[ByteName(name)] = value.cell }
      rows.append(try row(place) { cells[ByteName($0)] ?? "" })
    }
    return rows
  }
}

extension JSONValue {
  /// As a table would hold it.
  fileprivate var cell: String {
    switch self {
    case .integer(let value): "\(value)"
    case .otherNumber(let text), .string(let text): text
    case .null: ""
    case .boolean(let value): "\(value)"
    case .array: "[…]"
    case .object: "{…}"
    }
  }
}
