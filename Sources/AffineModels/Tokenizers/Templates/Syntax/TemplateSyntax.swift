/// An expression; chains are flat, so that only brackets make one deep.
indirect enum TemplateExpression: Sendable {
  case literal(TemplateValue)
  case name(String)
  case list([TemplateExpression])
  case tuple([TemplateExpression])
  case dictionary([(key: TemplateExpression, value: TemplateExpression)])
  case not(TemplateExpression)
  case signed(isNegative: Bool, TemplateExpression)
  case all([TemplateExpression])
  case any([TemplateExpression])
  case concatenation([TemplateExpression])
  case arithmetic(TemplateExpression, [(symbol: String, operand: TemplateExpression)])
  case comparison(TemplateExpression, [(symbol: String, operand: TemplateExpression)])
  case conditional(TemplateExpression, if: TemplateExpression, else: TemplateExpression?)
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
  /// `(…)`
  case call(TemplateArguments)
  /// `.name(…)`
  case method(String, TemplateArguments)
  /// `| name(…)`
  case filter(String, TemplateArguments)
  /// `is name(…)`
  case test(String, TemplateArguments, isNegated: Bool)
}

/// What a function, method, filter or test is called with.
struct TemplateArguments: Sendable {
  var positional: [TemplateExpression] = []
  var named: [(name: String, value: TemplateExpression)] = []
  /// Whether some are spread from a list or dictionary: `*list`, `**dictionary`.
  var isSpread = false
}

/// What a value is given to.
indirect enum TemplateTarget: Sendable {
  case name(String)
  /// `namespace.name`
  case member(String, String)
  case several([TemplateTarget])
}

/// A piece of a template.
indirect enum TemplateNode: Sendable {
  case text(String)
  case output(TemplateExpression)
  case conditional(
    [(condition: TemplateExpression, body: [TemplateNode])], otherwise: [TemplateNode])
  case loop(TemplateLoop)
  case set(TemplateTarget, TemplateExpression)
  /// What its body writes goes through filters to a target, or out.
  case capture(TemplateTarget?, filters: [TemplatePostfix], [TemplateNode])
  case scope([(target: TemplateTarget, value: TemplateExpression)], [TemplateNode])
  case macro(TemplateMacro)
  /// A call that finds the macro under the name ``TemplateMacro/caller``.
  case call(TemplateExpression, caller: TemplateMacro)
  case leaveTurn
  case leaveLoop
  /// A statement that fails where a conversation reaches it.
  case unsupported(String)
}

/// `{% for target in sequence if condition %}`
struct TemplateLoop: Sendable {
  let target: TemplateTarget
  let sequence: TemplateExpression
  let condition: TemplateExpression?
  let isRecursive: Bool
  let body: [TemplateNode]
  let otherwise: [TemplateNode]
}

/// `{% macro name(parameters) %}`
struct TemplateMacro: Sendable {
  typealias Parameters = [(name: String, value: TemplateExpression?)]

  let name: String
  let parameters: Parameters
  let body: [TemplateNode]
  /// Those of the names `varargs`, `kwargs` and `caller` that the body uses.
  let extras: Set<String>

  static let extraNames: Set<String> = ["varargs", "kwargs", "caller"]
  /// No name of a template's.
  static let caller = " caller"
}
