extension GGUFValue {
  /// The type, as files number it.
  var type: GGUFValueType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .uint64: .uint64
    case .int64: .int64
    case .float32: .float32
    case .float64: .float64
    case .bool: .bool
    case .string: .string
    case .array: .array
    }
  }

  /// The value in a few words: long texts and arrays are cut.
  public var summary: String {
    switch self {
    case .uint8(let value): "\(value)"
    case .int8(let value): "\(value)"
    case .uint16(let value): "\(value)"
    case .int16(let value): "\(value)"
    case .uint32(let value): "\(value)"
    case .int32(let value): "\(value)"
    case .uint64(let value): "\(value)"
    case .int64(let value): "\(value)"
    case .float32(let value): "\(value)"
    case .float64(let value): "\(value)"
    case .bool(let value): "\(value)"
    case .string(let value): Self.cut(value)
    case .array(let array): array.summary
    }
  }

  /// As much of a text as fits a line of a terminal.
  fileprivate static func cut(_ text: String) -> String {
    // Scalars: a single character can be a megabyte of marks.
    let scalars = text.unicodeScalars
    let line = String(String.UnicodeScalarView(scalars.prefix(80).map { $0.isLineEnd ? " " : $0 }))
    return scalars.count > 80 ? line + "…" : line
  }
}

extension GGUFArray {
  /// The type of the elements, as files number it.
  var elementType: GGUFValueType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .uint64: .uint64
    case .int64: .int64
    case .float32: .float32
    case .float64: .float64
    case .bool: .bool
    case .string: .string
    case .array: .array
    }
  }

  /// How many elements there are.
  public var count: Int {
    switch self {
    case .uint8(let values): values.count
    case .int8(let values): values.count
    case .uint16(let values): values.count
    case .int16(let values): values.count
    case .uint32(let values): values.count
    case .int32(let values): values.count
    case .uint64(let values): values.count
    case .int64(let values): values.count
    case .float32(let values): values.count
    case .float64(let values): values.count
    case .bool(let values): values.count
    case .string(let values): values.count
    case .array(let values): values.count
    }
  }

  /// The type, the count and the first few elements.
  var summary: String {
    let first: [String] =
      switch self {
      case .uint8(let values): values.prefix(4).map { "\($0)" }
      case .int8(let values): values.prefix(4).map { "\($0)" }
      case .uint16(let values): values.prefix(4).map { "\($0)" }
      case .int16(let values): values.prefix(4).map { "\($0)" }
      case .uint32(let values): values.prefix(4).map { "\($0)" }
      case .int32(let values): values.prefix(4).map { "\($0)" }
      case .uint64(let values): values.prefix(4).map { "\($0)" }
      case .int64(let values): values.prefix(4).map { "\($0)" }
      case .float32(let values): values.prefix(4).map { "\($0)" }
      case .float64(let values): values.prefix(4).map { "\($0)" }
      case .bool(let values): values.prefix(4).map { "\($0)" }
      case .string(let values): values.prefix(4).map { GGUFValue.cut($0) }
      case .array(let values): values.prefix(4).map(\.summary)
      }
    let rest = count > first.count ? ", …" : ""
    return "\(count) × \(elementType) [\(first.joined(separator: ", "))\(rest)]"
  }
}

extension Unicode.Scalar {
  /// Whether a terminal or a browser may begin a line after it.
  fileprivate var isLineEnd: Bool {
    ("\n"..."\r").contains(self) || ["\u{85}", "\u{2028}", "\u{2029}"].contains(self)
  }
}
