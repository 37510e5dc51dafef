/// A JSON document, as far as headers need one: numbers are whole, names are unique and in order.
package enum JSONValue: Equatable, Sendable {
  case object([(name: String, value: JSONValue)])
  case array([JSONValue])
  case string(String)
  case integer(Int)
  /// A fraction, an exponent, or a whole number beyond `Int`: nothing a header may hold.
  case otherNumber(String)
  case boolean(Bool)
  case null

  package static func == (lhs: JSONValue, rhs: JSONValue) -> Bool {
    switch (lhs, rhs) {
    case (.object(let a), .object(let b)):
      a.count == b.count
        && zip(a, b).allSatisfy { $0.name.isSame(as: $1.name) && $0.value == $1.value }
    case (.array(let a), .array(let b)): a == b
    case (.string(let a), .string(let b)): a.isSame(as: b)
    case (.integer(let a), .integer(let b)): a == b
    case (.otherNumber(let a), .otherNumber(let b)): a.isSame(as: b)
    case (.boolean(let a), .boolean(let b)): a == b
    case (.null, .null): true
    default: false
    }
  }

  /// The members, if it is an object.
  package var members: [(name: String, value: JSONValue)]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The member of an object, unless it is null.
  package func member(_ name: String) -> JSONValue? {
    guard let value = members?.first(where: { $0.name.isSame(as: name) })?.value, value != .null
    else { return nil }
    return value
  }

  /// The text, if it is a string.
  package var text: String? { if case .string(let text) = self { text } else { nil } }

  /// The elements as whole numbers of at least zero, if it is an array of such.
  package var counts: [Int]? {
    guard case .array(let elements) = self else { return nil }
    var counts: [Int] = []
    for element in elements {
      guard case .integer(let count) = element, count >= 0 else { return nil }
      counts.append(count)
    }
    return counts
  }
}

/// Why bytes are not JSON, and where.
package struct JSONError: Error, Hashable {
  package let reason: String
  package let byte: Int
}
