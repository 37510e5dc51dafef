/// Follows a template.
///
/// Every step and every byte made counts: templates come with models from anywhere, and none of them
/// may take more time or memory than the conversation calls for.
struct TemplateInterpreter {
  private var scopes: [[String: TemplateValue]]
  private var namespaces: [[String: TemplateValue]] = []
  /// What was written, and outside of it what was before a capture began.
  private var outputs = [""]
  private var work = 0
  private let mostWork: Int

  init(_ names: [String: TemplateValue], mostWork: Int) {
    scopes = [names]
    self.mostWork = mostWork
  }

  /// The text of a whole template.
  mutating func text(_ nodes: [TemplateNode]) throws(TemplateError) -> String {
    try follow(nodes)
    return outputs[0]
  }

  mutating func charge(_ count: Int) throws(TemplateError) {
    guard count <= mostWork - work else { throw .tooMuchWork(most: mostWork) }
    work += count
  }

  func value(_ name: String) -> TemplateValue {
    for scope in scopes.reversed() {
      if let value = scope[name] { return value }
    }
    return .undefined(name)
  }

  func member(_ name: String, ofNamespace number: Int) -> TemplateValue {
    namespaces[number][name] ?? .undefined(name)
  }

  mutating func makeNamespace(_ members: [String: TemplateValue]) -> TemplateValue {
    namespaces.append(members)
    return .namespace(namespaces.count - 1)
  }

  private mutating func follow(_ nodes: [TemplateNode]) throws(TemplateError) {
    for node in nodes {
      try charge(1)
      switch node {
      case .text(let text): try write(text)
      case .output(let expression): try write(try text(of: try evaluate(expression)))
      case .conditional(let branches, let otherwise): try follow(branches, otherwise)
      case .loop(let loop): try follow(loop)
      case .set(let name, let member, let expression):
        try set(name, member: member, try evaluate(expression))
      case .capture(let name, let body):
        outputs.append("")
        try follow(body)
        set(name, .string(outputs.removeLast()))
      }
    }
  }

  private mutating func write(_ text: String) throws(TemplateError) {
    try charge(text.utf8.count)
    outputs[outputs.count - 1] += text
  }

  private mutating func follow(
    _ branches: [(condition: TemplateExpression, body: [TemplateNode])],
    _ otherwise: [TemplateNode]
  ) throws(TemplateError) {
    for (condition, body) in branches where try evaluate(condition).isTrue {
      return try follow(body)
    }
    try follow(otherwise)
  }

  private mutating func set(_ name: String, _ value: TemplateValue) {
    scopes[scopes.count - 1][name] = value
  }

  private mutating func set(
    _ name: String, member: String?, _ value: TemplateValue
  ) throws(TemplateError) {
    guard let member else { return set(name, value) }
    guard case .namespace(let number) = self.value(name) else {
      throw .type("'\(name)' is no namespace, so '\(name).\(member)' cannot be set")
    }
    // A namespace within itself would have no end.
    if case .namespace = value { throw .unsupported("a namespace in a namespace") }
    namespaces[number][member] = value
  }

  private mutating func follow(_ loop: TemplateLoop) throws(TemplateError) {
    var elements = try self.elements(try evaluate(loop.sequence))
    if let condition = loop.condition {
      var kept: [TemplateValue] = []
      for element in elements {
        try charge(1)
        scopes.append([:])
        try assign(element, to: loop.names)
        if try evaluate(condition).isTrue { kept.append(element) }
        scopes.removeLast()
      }
      elements = kept
    }
    for (index, element) in elements.enumerated() {
      try charge(1 + element.size)
      scopes.append(["loop": Self.loop(elements, index)])
      try assign(element, to: loop.names)
      try follow(loop.body)
      scopes.removeLast()
    }
    if elements.isEmpty { try follow(loop.otherwise) }
  }

  private mutating func assign(
    _ element: TemplateValue, to names: [String]
  ) throws(TemplateError) {
    guard names.count > 1 else { return set(names[0], element) }
    guard case .list(let parts) = element, parts.count == names.count else {
      throw .type("\(element.kind) is not \(names.count) values")
    }
    for (name, part) in zip(names, parts) { set(name, part) }
  }

  /// What a loop tells its body.
  private static func loop(_ elements: [TemplateValue], _ index: Int) -> TemplateValue {
    let count = elements.count
    return .dictionary([
      ("index", .integer(index + 1)), ("index0", .integer(index)),
      ("revindex", .integer(count - index)), ("revindex0", .integer(count - index - 1)),
      ("first", .boolean(index == 0)), ("last", .boolean(index == count - 1)),
      ("length", .integer(count)),
      ("previtem", index > 0 ? elements[index - 1] : .undefined("loop.previtem")),
      ("nextitem", index + 1 < count ? elements[index + 1] : .undefined("loop.nextitem")),
    ])
  }

  /// What a loop goes over.
  func elements(_ value: TemplateValue) throws(TemplateError) -> [TemplateValue] {
    switch value {
    case .list(let elements): elements
    case .dictionary(let members): members.map { .string($0.key) }
    case .string(let text): text.unicodeScalars.map { .string(String($0)) }
    case .undefined: []
    case .none, .boolean, .integer, .namespace: throw .type("\(value.kind) has no elements")
    }
  }

  /// How a value is written.
  func text(of value: TemplateValue) throws(TemplateError) -> String {
    switch value {
    case .undefined: ""
    case .none: "None"
    case .boolean(let value): value ? "True" : "False"
    case .integer(let number): String(number)
    case .string(let text): text
    case .list, .dictionary, .namespace: throw .unsupported("writing \(value.kind)")
    }
  }
}
