extension GGUFValue {
  /// The type, as files number it, and the value.
  private var content: (type: GGUFValueType, value: Any) {
    switch self {
    case .uint8(let value): (.uint8, value)
    case .int8(let value): (.int8, value)
    case .uint16(let value): (.uint16, value)
    case .int16(let value): (.int16, value)
    case .uint32(let value): (.uint32, value)
    case .int32(let value): (.int32, value)
    case .uint64(let value): (.uint64, value)
    case .int64(let value): (.int64, value)
    case .float32(let value): (.float32, value)
    case .float64(let value): (.float64, value)
    case .bool(let value): (.bool, value)
    case .string(let value): (.string, value)
    case .array(let value): (.array, value)
    }
  }

  /// The type, as files number it.
  var type: GGUFValueType { content.type }

  /// The value in a few words: long texts and arrays are cut.
  public var summary: String { Self.words(content.value) }

  fileprivate static func words(_ value: Any) -> String {
    switch value {
    case let text as String: cut(text)
    case let array as GGUFArray: array.summary
    default: "\(value)"
    }
  }

  /// As much of a text as fits a line of a terminal.
  private static func cut(_ text: String) -> String {
    // Scalars: a single character can be a megabyte of marks.
    let scalars = text.unicodeScalars
    let line = String(String.UnicodeScalarView(scalars.prefix(80).map { $0.isLineEnd ? " " : $0 }))
    return scalars.count > 80 ? line + "…" : line
  }
}

extension GGUFArray {
  private struct Content {
    let type: GGUFValueType
    let count: Int
    /// The first few elements in words.
    let first: () -> [String]

    init<Value>(_ type: GGUFValueType, _ values: [Value]) {
      self.type = type
      count = values.count
      first = { values.prefix(4).map { GGUFValue.words($0) } }
    }
  }

  private var content: Content {
    switch self {
    case .uint8(let values): Content(.uint8, values)
    case .int8(let values): Content(.int8, values)
    case .uint16(let values): Content(.uint16, values)
    case .int16(let values): Content(.int16, values)
    case .uint32(let values): Content(.uint32, values)
    case .int32(let values): Content(.int32, values)
    case .uint64(let values): Content(.uint64, values)
    case .int64(let values): Content(.int64, values)
    case .float32(let values): Content(.float32, values)
    case .float64(let values): Content(.float64, values)
    case .bool(let values): Content(.bool, values)
    case .string(let values): Content(.string, values)
    case .array(let values): Content(.array, values)
    }
  }

  /// The type of the elements, as files number it.
  var elementType: GGUFValueType { content.type }

  /// How many elements there are.
  public var count: Int { content.count }

  /// The type, the count and the first few elements.
  var summary: String {
    let (content, first) = (content, content.first())
    let rest = content.count > first.count ? ", …" : ""
    return "\(content.count) × \(content.type) [\(first.joined(separator: ", "))\(rest)]"
  }
}

extension Unicode.Scalar {
  /// Whether a terminal or a browser may begin a line after it.
  fileprivate var isLineEnd: Bool {
    ("\n"..."\r").contains(self) || ["\u{85}", "\u{2028}", "\u{2029}"].contains(self)
  }
}
