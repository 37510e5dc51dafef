/// Ends a text that comes in parts before the first of some strings.
///
/// What may become one of them is held back until it is known.
struct StopStrings: Sendable {
  private let finder: NameFinder
  private var state: Int32 = 0
  /// The text's end that has not been handed out.
  private var pending: [UInt8] = []
  /// Whether one was found; what follows it is dropped.
  private(set) var isFound = false

  /// - Throws: ``LanguageModelError/emptyStop``.
  init(_ strings: [String]) throws(LanguageModelError) {
    guard !strings.contains("") else { throw .emptyStop }
    finder = NameFinder(Array(Set(strings.map { Array($0.utf8) })))
  }

  /// The text up to what may begin one of the strings.
  mutating func append(_ text: String) -> String {
    if isFound { return "" }
    for byte in text.utf8 {
      pending.append(byte)
      state = finder.next(after: state, byte)
      let name = finder.name(state)
      guard name >= 0 else { continue }
      isFound = true
      pending.removeLast(finder.names[name].count)
      return finish()
    }
    // What is held begins like a string, so with a whole character.
    let known = pending.count - finder.count(state)
    defer { pending.removeFirst(known) }
    return String(decoding: pending[..<known], as: UTF8.self)
  }

  /// What was held back.
  mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }
}
