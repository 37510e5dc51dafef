/// An expression; chains are flat, so that only brackets make one deep.
indirect enum TemplateExpression: Sendable {
  case literal(TemplateValue)
  case name(String)
  case list([TemplateExpression])
  case dictionary([(key: TemplateExpression, value: TemplateExpression)])
  case not(TemplateExpression)
  case negative(TemplateExpression)
  case all([TemplateExpression])
  case any([TemplateExpression])
  case arithmetic(TemplateExpression, [(symbol: String, operand: TemplateExpression)])
  case comparison(TemplateExpression, [(symbol: String, operand: TemplateExpression)])
  case conditional(TemplateExpression, if: TemplateExpression, else: TemplateExpression?)
  case call(String, TemplateArguments)
  case postfix(TemplateExpression, [TemplatePostfix])
}

/// What stands after an expression and belongs to it.
enum TemplatePostfix: Sendable {
  /// `.name`
  case member(String)
  /// `[index]`
  case item(TemplateExpression)
  /// `[start:end:step]`
  case slice([TemplateExpression?])
  /// `.name(…)`
  case method(String, TemplateArguments)
  /// `| name(…)`
  case filter(String, TemplateArguments)
  /// `is name`
  case test(String, isNegated: Bool)
}

/// What a function, method or filter is called with.
struct TemplateArguments: Sendable {
  var positional: [TemplateExpression] = []
  var named: [(name: String, value: TemplateExpression)] = []
}

/// A piece of a template.
indirect enum TemplateNode: Sendable {
  case text(String)
  case output(TemplateExpression)
  case conditional(
    [(condition: TemplateExpression, body: [TemplateNode])], otherwise: [TemplateNode])
  case loop(TemplateLoop)
  case set(String, member: String?, TemplateExpression)
  case capture(String, [TemplateNode])
}

/// `{% for names in sequence if condition %}`
struct TemplateLoop: Sendable {
  let names: [String]
  let sequence: TemplateExpression
  let condition: TemplateExpression?
  let body: [TemplateNode]
  let otherwise: [TemplateNode]
}
