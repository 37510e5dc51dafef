/// The metadata of a GGUF file: typed values by key, in the order of the file.
public struct GGUFMetadata: Sendable {
  private var values = NamedValues<GGUFValue>()

  /// The keys, in the order of the file.
  public var keys: [String] { values.keys }

  /// Starts without values.
  public init() {}

  /// The value of a key; a new key comes last, and `nil` takes a key away.
  public subscript(key: String) -> GGUFValue? {
    get { values[key] }
    set { values[key] = newValue }
  }

  /// Takes away the arrays of a tokenizer: a vocabulary has hundreds of thousands of names and scores.
  mutating func forgetTokens() {
    values.removeAll {
      if case .array = $0.value { $0.key.begins(with: "tokenizer.") } else { false }
    }
  }

  /// The text of a key.
  ///
  /// - Throws: ``GGUFError/missingKey(_:)`` or ``GGUFError/unexpectedValue(key:expected:found:)``.
  public func string(_ key: String) throws(GGUFError) -> String {
    try value(key, "string", \.string)
  }

  /// The whole number of a key of type uint32: counts and token ids have no other, as in llama.cpp.
  ///
  /// - Throws: ``GGUFError/missingKey(_:)`` or ``GGUFError/unexpectedValue(key:expected:found:)``.
  public func int(_ key: String) throws(GGUFError) -> Int { try int(key, .uint32) }

  /// The whole number of a key of the given type.
  func int(_ key: String, _ type: GGUFValueType) throws(GGUFError) -> Int {
    try value(key, "\(type)") { $0.type == type ? $0.int : nil }
  }

  /// The number of a key of type float32: settings have no other, as in llama.cpp.
  ///
  /// - Throws: ``GGUFError/missingKey(_:)`` or ``GGUFError/unexpectedValue(key:expected:found:)``.
  public func double(_ key: String) throws(GGUFError) -> Double {
    try value(key, "float32") { $0.type == .float32 ? $0.double : nil }
  }

  /// The truth value of a key.
  ///
  /// - Throws: ``GGUFError/missingKey(_:)`` or ``GGUFError/unexpectedValue(key:expected:found:)``.
  public func bool(_ key: String) throws(GGUFError) -> Bool {
    try value(key, "bool", \.bool)
  }

  /// The texts of a key.
  ///
  /// - Throws: ``GGUFError/missingKey(_:)`` or ``GGUFError/unexpectedValue(key:expected:found:)``.
  public func strings(_ key: String) throws(GGUFError) -> [String] {
    try value(key, "array of string", \.strings)
  }

  /// The float32 numbers of a key.
  ///
  /// - Throws: ``GGUFError/missingKey(_:)`` or ``GGUFError/unexpectedValue(key:expected:found:)``.
  public func floats(_ key: String) throws(GGUFError) -> [Float] {
    try value(key, "array of float32", \.floats)
  }

  /// The whole numbers of a key of type int32.
  ///
  /// - Throws: ``GGUFError/missingKey(_:)`` or ``GGUFError/unexpectedValue(key:expected:found:)``.
  public func integers(_ key: String) throws(GGUFError) -> [Int32] {
    try value(key, "array of int32", \.integers)
  }

  private func value<Value>(
    _ key: String, _ expected: String, _ view: (GGUFValue) -> Value?
  ) throws(GGUFError) -> Value {
    guard let value = values[key] else { throw .missingKey(key) }
    guard let seen = view(value) else {
      throw .unexpectedValue(
        key: key, expected: expected, found: "\(value.type) \(value.summary)")
    }
    return seen
  }
}

extension GGUFMetadata: Equatable {
  /// Whether the same keys have the same values in the same order.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.values.elementsEqual(rhs.values) { $0.key.isSame(as: $1.key) && $0.value == $1.value }
  }
}
