/// A value of a template's language.
enum TemplateValue: Sendable {
  /// What has no value, by the name that was looked for.
  case undefined(String)
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  /// A string that the filter `safe` marked.
  case markup(String)
  case list(TemplateList)
  case dictionary(TemplateDictionary)
  /// What `namespace()` made, a loop that runs and a macro, by their numbers.
  case namespace(Int)
  case loop(Int)
  case macro(Int)
  case function(TemplateFunction)

  /// Whether it counts as true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .float(let value): value != 0
    case .string(let text), .markup(let text): !text.isEmpty
    case .list(let list):
      switch list.kind {
      case .iterator: true
      case .list, .tuple, .range, .view: !list.elements.isEmpty
      }
    case .dictionary(let dictionary): !dictionary.keys.isEmpty
    case .namespace, .loop, .macro, .function: true
    }
  }

  /// What it is, for errors.
  var kind: String {
    switch self {
    case .undefined(let name): "'\(name)', which is not defined,"
    case .none: "none"
    case .boolean: "a boolean"
    case .integer, .float: "a number"
    case .string, .markup: "a string"
    case .list(let list): list.kind.name
    case .dictionary: "a dictionary"
    case .namespace: "a namespace"
    case .loop: "a loop"
    case .macro: "a macro"
    case .function(let function): "the function '\(function.rawValue)'"
    }
  }

  /// The whole number that it is, or counts as.
  var integer: Int? {
    switch self {
    case .integer(let number): number
    case .boolean(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The number that it is, or counts as.
  var number: Double? {
    if case .float(let number) = self { return number }
    return integer.map(Double.init)
  }

  var string: String? {
    switch self {
    case .string(let text), .markup(let text): text
    default: nil
    }
  }

  /// How many lists and dictionaries lie within each other.
  var depth: Int {
    switch self {
    case .list(let list): list.depth
    case .dictionary(let dictionary): dictionary.depth
    default: 0
    }
  }

  /// The work to go through all of it once.
  var size: Int {
    switch self {
    case .string(let text), .markup(let text): TemplateBudget.step + text.utf8.count
    case .list(let list): list.size
    case .dictionary(let dictionary): dictionary.size
    default: TemplateBudget.step
    }
  }
}

/// What can be called by name.
enum TemplateFunction: String, Sendable {
  case raiseException = "raise_exception"
  case strftimeNow = "strftime_now"
  case namespace, range, dict
  // Jinja has them too; a call is refused.
  case joiner, cycler, lipsum
}
