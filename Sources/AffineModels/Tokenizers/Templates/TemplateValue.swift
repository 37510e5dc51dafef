/// A value of a template's language.
enum TemplateValue: Sendable {
  /// What has no value, by the name that was looked for.
  case undefined(String)
  case none
  case boolean(Bool)
  case integer(Int)
  case string(String)
  case list([TemplateValue])
  case dictionary([(key: String, value: TemplateValue)])
  /// What `namespace()` made, by its number.
  case namespace(Int)

  /// Whether it counts as true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .string(let text): !text.isEmpty
    case .list(let elements): !elements.isEmpty
    case .dictionary(let members): !members.isEmpty
    case .namespace: true
    }
  }

  /// What it is, for errors.
  var kind: String {
    switch self {
    case .undefined(let name): "'\(name)', which is not defined,"
    case .none: "none"
    case .boolean: "a boolean"
    case .integer: "a number"
    case .string: "a string"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .namespace: "a namespace"
    }
  }

  /// Equality as in Python: `true` is 1, strings are equal by their characters' numbers.
  func isEqual(_ other: TemplateValue) -> Bool {
    if let a = number, let b = other.number { return a == b }
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let a), .string(let b)): return a.utf8.elementsEqual(b.utf8)
    case (.list(let a), .list(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { $0.isEqual($1) }
    case (.dictionary(let a), .dictionary(let b)):
      return a.count == b.count
        && a.allSatisfy { member in other.member(member.key)?.isEqual(member.value) ?? false }
    case (.namespace(let a), .namespace(let b)): return a == b
    default: return false
    }
  }

  /// The number that it is, or counts as.
  var number: Int? {
    switch self {
    case .integer(let number): number
    case .boolean(let value): value ? 1 : 0
    default: nil
    }
  }

  /// A member of a dictionary.
  func member(_ key: String) -> TemplateValue? {
    guard case .dictionary(let members) = self else { return nil }
    return members.last { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }

  /// How many lists and dictionaries lie within each other.
  var depth: Int {
    switch self {
    case .undefined, .none, .boolean, .integer, .string, .namespace: 0
    case .list(let elements): 1 + (elements.lazy.map(\.depth).max() ?? 0)
    case .dictionary(let members): 1 + (members.lazy.map(\.value.depth).max() ?? 0)
    }
  }

  /// About how many bytes it takes.
  var size: Int {
    switch self {
    case .undefined, .none, .boolean, .integer, .namespace: 1
    case .string(let text): 1 + text.utf8.count
    case .list(let elements): elements.reduce(1) { $0 + $1.size }
    case .dictionary(let members): members.reduce(1) { $0 + $1.key.utf8.count + $1.value.size }
    }
  }
}
