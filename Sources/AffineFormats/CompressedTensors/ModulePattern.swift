/// What `targets` and `ignore` name modules by: a name, `re:` and a regular expression that a name
/// begins with, or a class.
struct ModulePattern: Sendable {
  private enum Kind: Sendable {
    case name(String)
    case expression(NameExpression)
    case layers(embedding: Bool)
  }

  private let kind: Kind

  init(_ text: String) throws(QuantizedCheckpointError) {
    if let expression = text.after(prefix: "re:") {
      guard let expression = NameExpression(expression) else {
        throw .unsupported(
          format: CompressedTensorsReader.format, feature: "the regular expression '\(text)'")
      }
      kind = .expression(expression)
    } else if text.isSame(as: "Linear") || text.isSame(as: "Embedding") {
      kind = .layers(embedding: text.isSame(as: "Embedding"))
    } else {
      kind = .name(text)
    }
  }

  /// How closely the module is meant: by its name 2, by an expression 1, by its class 0.
  ///
  /// A file does not name classes: a layer with `embed` at the end of its path is an embedding.
  func precision(of name: String) -> Int? {
    switch kind {
    case .name(let other): return other.isSame(as: name) ? 2 : nil
    case .expression(let expression): return expression.begins(name) ? 1 : nil
    case .layers(let embedding):
      let last = name.split(separator: ".").last ?? ""
      return last.contains("embed") == embedding ? 0 : nil
    }
  }
}
