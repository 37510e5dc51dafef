/// Follows a template, within a budget: templates come with models from anywhere.
struct TemplateInterpreter {
  /// The values of names, of a block of their own.
  struct Scope {
    let number: Int
    var values: [String: TemplateValue] = [:]
  }

  /// A loop that runs, or did.
  struct Loop {
    let loop: TemplateLoop
    let depth: Int
    var elements: [TemplateValue] = []
    var index = 0
    /// What `changed` saw last.
    var seen: [TemplateValue]?
  }

  /// A macro and the block that it stands in.
  struct Macro {
    let macro: TemplateMacro
    let scope: Int
  }

  let time: CivilTime
  var budget: TemplateBudget
  var scopes: [Scope]
  var scopeCount = 1
  var namespaces: [TemplateDictionary] = []
  var loops: [Loop] = []
  var macros: [Macro] = []
  /// How many elements of each iterator came.
  var counts: [Int] = []
  /// What was written, and outside of it what was before a capture began.
  private var outputs = [""]

  init(_ names: [String: TemplateValue], at time: CivilTime, _ budget: TemplateBudget) {
    scopes = [Scope(number: 0, values: names)]
    self.time = time
    self.budget = budget
  }

  /// The text of a whole template.
  mutating func text(_ nodes: [TemplateNode]) throws(TemplateError) -> String {
    _ = try follow(nodes)
    return outputs[0]
  }

  mutating func charge(_ count: Int) throws(TemplateError) { try budget.charge(count) }

  mutating func chargeCharacters(of text: String) throws(TemplateError) {
    try budget.chargeCharacters(of: text)
  }

  mutating func write(_ text: String) throws(TemplateError) {
    try charge(text.utf8.count)
    outputs[outputs.count - 1] += text
  }

  /// What is written while `body` runs.
  mutating func captured(
    _ body: (inout TemplateInterpreter) throws(TemplateError) -> Void
  ) throws(TemplateError) -> String {
    outputs.append("")
    try body(&self)
    return outputs.removeLast()
  }

  // MARK: Names

  func value(_ name: String) -> TemplateValue {
    for scope in scopes.reversed() {
      if let value = scope.values[name] { return value }
    }
    return TemplateFunction(rawValue: name).map { .function($0) } ?? .undefined(name)
  }

  mutating func pushScope() {
    scopes.append(Scope(number: scopeCount))
    scopeCount += 1
  }

  mutating func popScope() { scopes.removeLast() }

  mutating func set(_ name: String, _ value: TemplateValue) {
    scopes[scopes.count - 1].values[name] = value
  }

  mutating func set(_ target: TemplateTarget, _ value: TemplateValue) throws(TemplateError) {
    switch target {
    case .name(let name): set(name, value)
    case .member(let name, let member): try set(name, member: member, value)
    case .several(let targets):
      let elements = try elements(value)
      guard elements.count == targets.count else {
        throw .type("\(value.kind) is not \(targets.count) values")
      }
      for (target, element) in zip(targets, elements) { try set(target, element) }
    }
  }

  private mutating func set(
    _ name: String, member: String, _ value: TemplateValue
  ) throws(TemplateError) {
    guard case .namespace(let number) = self.value(name) else {
      throw .type("'\(name)' is no namespace, so '\(name).\(member)' cannot be set")
    }
    namespaces[number] = try namespaces[number].setting([.string(member)], [value], &budget)
  }
}
