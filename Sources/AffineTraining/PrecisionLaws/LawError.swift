/// What cannot be fitted, predicted or planned.
public enum LawError: Error, Hashable {
  /// A table without these columns.
  case missingColumns([String])
  /// A column that stands twice.
  case repeatedColumn(String)
  /// A row, named by its line or place, and what is wrong with it.
  case row(_ place: String, _ reason: String)
  /// Fewer rows than there are constants to find.
  case tooFewRows(_ what: String, found: Int, needed: Int)
  /// Rows that leave a constant open.
  case notIdentifiable(_ reason: String)
  /// Too few bits: the law has no model left.
  case factor(_ part: String, bits: Double, least: Double)
  /// Something that no law takes.
  case invalid(_ name: String, _ value: Double, _ expected: String)
  /// Constants that no loss follows.
  case constant(_ name: String, _ value: Double)
  /// No start of the search came to an end.
  case noFit(_ reason: String)
}

extension LawError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingColumns(let names):
      "the table has no column \(names.joined(separator: ", "))"
    case .repeatedColumn(let name): "the column \(name) stands twice"
    case .row(let place, let reason): "\(place): \(reason)"
    case .tooFewRows(let what, let found, let needed):
      "\(what) needs \(needed) rows or more, and there are \(found)"
    case .notIdentifiable(let reason): reason
    case .factor(let part, let bits, let least):
      "\(PrecisionLaw.count(bits)) bits of \(part) leave nothing of the model: the law holds above \(PrecisionLaw.count(least))"
    case .invalid(let name, let value, let expected):
      "\(name) must be \(expected), not \(value)"
    case .constant(let name, let value): "the constant \(name) cannot be \(value)"
    case .noFit(let reason): "no law fits the rows: \(reason)"
    }
  }
}
