internal import AffineFormats

/// The settings of a JSON object, which remembers those that were read: what is left over was understood by
/// nobody.
final class ModelSettings {
  let file: String
  let value: JSONValue
  private var read: Set<ByteName> = []
  /// Where members are, the first of each name, of an object of so many that searches through all would count.
  private lazy var places: [ByteName: Int]? = {
    guard let members = value.members, members.count >= 100 else { return nil }
    return Dictionary(zip(members.lazy.map { ByteName($0.name) }, 0...)) { first, _ in first }
  }()

  /// - Throws: ``ModelFileError/malformed(file:reason:)`` for what is no object.
  init(file: String, value: JSONValue) throws(ModelFileError) {
    guard value.members != nil else {
      throw .malformed(file: file, reason: "an object is expected")
    }
    self.file = file
    self.value = value
  }

  /// A value, `nil` where there is none or null.
  func value(_ name: String) -> JSONValue? {
    read.insert(ByteName(name))
    return member(name)
  }

  func has(_ name: String) -> Bool { member(name) != nil }

  private func member(_ name: String) -> JSONValue? {
    guard let places, let members = value.members else { return value.member(name) }
    guard let place = places[ByteName(name)], members[place].value != .null else { return nil }
    return members[place].value
  }

  func int(_ name: String) throws(ModelFileError) -> Int? {
    switch value(name) {
    case .integer(let number): return number
    case nil: return nil
    default: throw .malformed(file: file, reason: "'\(name)' is not a whole number")
    }
  }

  /// One whole number or an array of such.
  func intOrInts(_ name: String) throws(ModelFileError) -> [Int]? {
    guard case .array = value(name) else { return try int(name).map { [$0] } }
    return try elements(name, "whole numbers") { $0.wholeNumber }
  }

  func requiredInt(_ name: String) throws(ModelFileError) -> Int {
    guard let number = try int(name) else {
      throw .malformed(file: file, reason: "there is no '\(name)'")
    }
    return number
  }

  func double(_ name: String) throws(ModelFileError) -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = value.number else {
      throw .malformed(file: file, reason: "'\(name)' is not a finite number")
    }
    return number
  }

  func doubles(_ name: String) throws(ModelFileError) -> [Double]? {
    try elements(name, "finite numbers") { $0.number }
  }

  func text(_ name: String) throws(ModelFileError) -> String? {
    switch value(name) {
    case .string(let text): return text
    case nil: return nil
    default: throw .malformed(file: file, reason: "'\(name)' is not a text")
    }
  }

  /// A text of a list of words, which are in ASCII: others may take a time to compare that grows with the square of
  /// their length.
  func word(_ name: String) throws(ModelFileError) -> String? {
    let text = try text(name)
    guard text?.isWord ?? true else {
      throw .malformed(file: file, reason: "'\(name)' is no word in ASCII")
    }
    return text
  }

  /// An array of such.
  func words(_ name: String) throws(ModelFileError) -> [String]? {
    try elements(name, "words in ASCII") { value in value.text.flatMap { $0.isWord ? $0 : nil } }
  }

  func texts(_ name: String) throws(ModelFileError) -> [String]? {
    try elements(name, "texts") { $0.text }
  }

  private func elements<Value>(
    _ name: String, _ kind: String, _ value: (JSONValue) -> Value?
  ) throws(ModelFileError) -> [Value]? {
    guard let found = self.value(name) else { return nil }
    guard case .array(let elements) = found else {
      throw .malformed(file: file, reason: "'\(name)' is no array")
    }
    let values = elements.compactMap(value)
    guard values.count == elements.count else {
      throw .malformed(file: file, reason: "'\(name)' has elements that are no \(kind)")
    }
    return values
  }

  func flag(_ name: String) throws(ModelFileError) -> Bool? {
    switch value(name) {
    case .boolean(let flag): return flag
    case nil: return nil
    default: throw .malformed(file: file, reason: "'\(name)' is not true or false")
    }
  }

  func part(_ name: String) throws(ModelFileError) -> ModelSettings? {
    guard let value = value(name) else { return nil }
    return try ModelSettings(file: file, value: value)
  }

  func parts(_ name: String) throws(ModelFileError) -> [ModelSettings]? {
    guard let found = value(name) else { return nil }
    guard case .array(let elements) = found else {
      throw .malformed(file: file, reason: "'\(name)' is no array")
    }
    return try elements.map { value throws(ModelFileError) in
      try ModelSettings(file: file, value: value)
    }
  }

  /// - Throws: ``ModelFileError/unsupported(file:what:)`` for a setting that nobody read, unless it is among
  ///   those that change nothing, null, false or empty.
  func requireNothingElse(but harmless: Set<String> = []) throws(ModelFileError) {
    let known = read.union(harmless.map(ByteName.init))
    for (name, value) in value.members ?? [] where !known.contains(ByteName(name)) {
      switch value {
      case .null, .boolean(false), .array([]): continue
      case .object(let members) where members.isEmpty: continue
      default: throw .unsupported(file: file, what: "'\(name)' (\(value.brief))")
      }
    }
  }
}

extension JSONValue {
  /// The number, if it is one and finite.
  var number: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .otherNumber(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
    default: nil
    }
  }

  /// The beginning of its text.
  fileprivate var brief: String {
    let text = serialized
    return text.utf8.count <= 60 ? text : String(text.prefix(57)) + "..."
  }
}

extension String {
  fileprivate var isWord: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
