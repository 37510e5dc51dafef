/// One piece of a template's source.
struct TemplateToken: Equatable {
  enum Kind: Equatable {
    /// Text outside all tags.
    case text(String)
    /// `{{`
    case outputBegin
    /// `{%`
    case statementBegin
    /// `}}` or `%}`
    case end
    case name(String)
    case string(String)
    case integer(Int)
    case float(Double)
    case symbol(String)
  }

  let kind: Kind
  let line: Int
}
