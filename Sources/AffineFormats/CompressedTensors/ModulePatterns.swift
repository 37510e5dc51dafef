/// What `targets` and `ignore` name modules by, and a number for each: a name, `re:` and a regular
/// expression that a name begins with, or a class.
struct ModulePatterns: Sendable {
  private var names: [ByteName: Int] = [:]
  private var expressions: [(expression: NameExpression, number: Int)] = []
  private var linears, embeddings: Int?
  /// The bytes of all expressions, each of which is tried on every name.
  private(set) var expressionBytes = 0

  /// Adds patterns; of several that mean a module equally closely the first stays.
  ///
  /// - Throws: ``QuantizedCheckpointError/unsupported(format:feature:)`` for expressions.
  mutating func add(_ texts: [String], as number: Int) throws(QuantizedCheckpointError) {
    for text in texts {
      if let expression = text.after(prefix: "re:") {
        expressionBytes += expression.utf8.count
        guard let expression = NameExpression(expression) else {
          throw .unsupported(
            format: CompressedTensorsReader.format, feature: "the regular expression '\(text)'")
        }
        expressions.append((expression, number))
      } else if text.isSame(as: "Linear") {
        linears = linears ?? number
      } else if text.isSame(as: "Embedding") {
        embeddings = embeddings ?? number
      } else if names[ByteName(text)] == nil {
        names[ByteName(text)] = number
      }
    }
  }

  /// The number of the pattern that means a module most closely: by its name, by an expression, by its
  /// class.
  ///
  /// A file does not name classes: a layer with `embed` at the end of its path is an embedding.
  func number(of name: String) -> Int? {
    if let number = names[ByteName(name)] { return number }
    if let number = expressions.first(where: { $0.expression.begins(name) })?.number {
      return number
    }
    let last = name.utf8.split(separator: UInt8(ascii: ".")).last.map { Array($0) } ?? []
    return last.contains(Array("embed".utf8)) ? embeddings : linears
  }
}
