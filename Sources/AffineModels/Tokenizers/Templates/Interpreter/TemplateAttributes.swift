/// The names that Python's own types have: `message.items` is a method there, not a member.
enum TemplateAttributes {
  private static let string: Set<String> = [
    "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find",
    "format", "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
    "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join",
    "ljust", "lower", "lstrip", "maketrans", "partition", "removeprefix", "removesuffix", "replace",
    "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines",
    "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
  ]
  private static let dictionary: Set<String> = [
    "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update",
    "values",
  ]
  private static let list: Set<String> = [
    "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse",
    "sort",
  ]
  private static let range: Set<String> = ["count", "index", "start", "step", "stop"]
  private static let view: Set<String> = ["isdisjoint", "mapping"]
  private static let iterator: Set<String> = ["close", "send", "throw"]
  private static let number: Set<String> = [
    "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "fromhex", "hex",
    "imag", "is_integer", "numerator", "real", "to_bytes", "from_bytes",
  ]
  private static let macro: Set<String> = [
    "arguments", "caller", "catch_kwargs", "catch_varargs", "explicit_caller", "name",
  ]

  /// Refuses such a name where it is no call.
  static func refuse(_ name: String, of value: TemplateValue) throws(TemplateError) {
    if name.utf8.starts(with: "__".utf8) { throw .unsupported("the attribute '\(name)'") }
    let names: Set<String> =
      switch value {
      case .string, .markup: string
      case .dictionary: dictionary
      case .boolean, .integer, .float: number
      case .macro: macro
      case .list(let list):
        switch list.kind {
        case .list: Self.list
        case .tuple: ["count", "index"]
        case .range: range
        case .view: view
        case .iterator: iterator
        }
      case .undefined, .none, .namespace, .loop, .function: []
      }
    // ASCII: a name of other characters would be slow to hash.
    guard name.utf8.count < 20, name.utf8.allSatisfy({ $0 < 0x80 }) else { return }
    if names.contains(name) { throw .unsupported("the attribute '\(name)' of \(value.kind)") }
  }
}
