/// What something is called with.
struct TemplateCall {
  let positional: [TemplateValue]
  let named: [(name: String, value: TemplateValue)]

  /// The arguments in the order of the parameters' names.
  ///
  /// - Parameters:
  ///   - callee: What is called, for errors.
  ///   - parameters: All that it takes.
  ///   - required: How many of them it must be given.
  ///   - byName: Whether they can be named, which Python's own methods often do not allow.
  /// - Returns: A value for each parameter that has one.
  /// - Throws: ``TemplateError/type(_:)`` for an argument that nothing takes.
  func bind(
    _ callee: String, _ parameters: [String], required: Int = 0, byName: Bool = true
  ) throws(TemplateError) -> [TemplateValue?] {
    guard positional.count <= parameters.count else {
      throw .type("\(callee) takes \(parameters.count) arguments, not \(positional.count)")
    }
    var values: [TemplateValue?] = positional
    values += Array(repeating: nil, count: parameters.count - positional.count)
    for (name, value) in named {
      guard byName, let place = parameters.firstIndex(of: name), values[place] == nil else {
        throw .type("\(callee) takes no argument '\(name)'")
      }
      values[place] = value
    }
    for place in 0..<required where values[place] == nil {
      throw .type("\(callee) needs '\(parameters[place])'")
    }
    return values
  }

  /// Refuses any argument.
  func refuseArguments(_ callee: String) throws(TemplateError) { _ = try bind(callee, []) }
}

extension TemplateValue? {
  /// A string, or nothing for none.
  func text(_ callee: String) throws(TemplateError) -> String? {
    guard let self else { return nil }
    if case .none = self { return nil }
    guard let text = self.string else { throw .type("\(callee) of \(self.kind)") }
    return text
  }

  /// A word of a list, or nothing for none: those are ASCII, and others slow to compare.
  func word(_ callee: String) throws(TemplateError) -> String? {
    let text = try text(callee)
    guard text?.utf8.allSatisfy({ $0 < 0x80 }) ?? true else {
      throw .type("\(callee) by '\(text ?? "")'")
    }
    return text
  }

  /// A whole number, or nothing for none.
  func integer(_ callee: String) throws(TemplateError) -> Int? {
    guard let self else { return nil }
    if case .none = self { return nil }
    guard let number = self.integer else { throw .type("\(callee) of \(self.kind)") }
    return number
  }

  var isTrue: Bool { self.map(\.isTrue) ?? false }
}
