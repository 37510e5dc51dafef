extension GGUFMetadata {
  /// The text of a key that is a word of a list: those are ASCII.
  ///
  /// - Throws: ``GGUFError/missingKey(_:)`` or ``GGUFError/unexpectedValue(key:expected:found:)``.
  package func word(_ key: String) throws(GGUFError) -> String {
    let text = try string(key)
    // Texts that are not may take a time to compare that grows with the square of their length.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
      throw .unexpectedValue(key: key, expected: "a word in ASCII", found: self[key]?.summary ?? "")
    }
    return text
  }

  /// The value of a key that may be missing, but not be something else.
  package func ifPresent<Value, Failure: Error>(
    _ key: String, _ read: (GGUFMetadata, String) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    self[key] == nil ? nil : try read(self, key)
  }
}
