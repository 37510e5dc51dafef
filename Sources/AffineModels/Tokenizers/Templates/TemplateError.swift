/// A chat template that cannot be read or cannot be followed.
public enum TemplateError: Error, Hashable {
  /// Not the language of templates.
  case syntax(String, line: Int)
  /// A part of the language that is not known here.
  case unsupported(String)
  /// A name that nothing was given to.
  case undefined(String)
  /// An operation on values that do not have it.
  case type(String)
  /// What the template itself says against a conversation, by `raise_exception`.
  case raised(String)
  /// Nesting deeper than a template needs.
  case tooDeep(most: Int)
  /// More work, or longer texts, than a conversation of this length can need.
  case tooMuchWork(most: Int)
}

extension TemplateError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .syntax(let reason, let line): "line \(line) of the chat template: \(reason)"
    case .unsupported(let what): "the chat template needs \(what), which is not supported"
    case .undefined(let name): "the chat template uses '\(name)', which is not defined"
    case .type(let reason): "the chat template cannot be followed: \(reason)"
    case .raised(let message): "the chat template refuses the conversation: \(message)"
    case .tooDeep(let most): "the chat template is nested deeper than \(most) levels"
    case .tooMuchWork(let most): "the chat template takes more than \(most) units of work"
    }
  }
}
