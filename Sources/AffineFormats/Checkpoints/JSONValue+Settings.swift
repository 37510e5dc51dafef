extension JSONValue {
  /// The text in lower case, if it is a word of a format: those are ASCII.
  var word: String? {
    guard let text, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    return text.lowercased()
  }

  /// Whether it is true or false.
  var flag: Bool? { if case .boolean(let value) = self { value } else { nil } }

  /// The whole number, if it is one.
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The texts, if it is an array of such.
  var texts: [String]? {
    guard case .array(let elements) = self else { return nil }
    let texts = elements.compactMap(\.text)
    return texts.count == elements.count ? texts : nil
  }

  /// The description of the quantization that other loaders read: the member of a whole
  /// configuration, or the object itself.
  var quantizationConfiguration: JSONValue {
    member("quantization_config") ?? member("compression_config") ?? self
  }
}

/// The settings of one format.
struct CheckpointSettings: Sendable {
  let format: String
  let object: JSONValue

  /// A whole number under the first of some names that there is.
  func integer(
    _ names: String..., among allowed: [Int]? = nil, otherwise: Int? = nil
  ) throws(QuantizedCheckpointError) -> Int {
    let value = names.lazy.compactMap { object.member($0) }.first
    let number = value == nil ? otherwise : value?.integer
    guard let number, allowed?.contains(number) ?? true else {
      throw .setting(
        format: format, name: names[0], found: value?.serialized ?? "missing")
    }
    return number
  }

  /// A text, in lower case.
  func text(_ name: String, otherwise: String) throws(QuantizedCheckpointError) -> String {
    guard let value = object.member(name) else { return otherwise }
    guard let word = value.word else {
      throw .setting(format: format, name: name, found: value.serialized)
    }
    return word
  }

  /// True or false.
  func flag(_ name: String, otherwise: Bool) throws(QuantizedCheckpointError) -> Bool {
    guard let value = object.member(name) else { return otherwise }
    guard let flag = value.flag else {
      throw .setting(format: format, name: name, found: value.serialized)
    }
    return flag
  }
}
