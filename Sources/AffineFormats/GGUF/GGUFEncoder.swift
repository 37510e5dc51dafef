/// Writes metadata as a GGUF file has them; what ``GGUFCursor`` reads.
struct GGUFEncoder {
  var bytes: [UInt8] = []

  mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    for place in stride(from: 0, to: Number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> Number(place)))
    }
  }

  mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// A value, with its type before it.
  mutating func append(_ value: GGUFValue) throws(GGUFError) {
    append(value.type.rawValue)
    switch value {
    case .uint8(let number): append(number)
    case .int8(let number): append(number)
    case .uint16(let number): append(number)
    case .int16(let number): append(number)
    case .uint32(let number): append(number)
    case .int32(let number): append(number)
    case .uint64(let number): append(number)
    case .int64(let number): append(number)
    case .float32(let number): append(number.bitPattern)
    case .float64(let number): append(number.bitPattern)
    case .bool(let flag): append(UInt8(flag ? 1 : 0))
    case .string(let text): append(text)
    case .array(let array): try append(array, depth: 1)
    }
  }

  /// The elements' type, their count and the elements.
  private mutating func append(_ array: GGUFArray, depth: Int) throws(GGUFError) {
    guard depth <= GGUFCursor.deepest else { throw .tooDeep(limit: GGUFCursor.deepest) }
    append(array.elementType.rawValue)
    append(UInt64(array.count))
    switch array {
    case .uint8(let numbers): bytes += numbers
    case .int8(let numbers): for number in numbers { append(number) }
    case .uint16(let numbers): for number in numbers { append(number) }
    case .int16(let numbers): for number in numbers { append(number) }
    case .uint32(let numbers): for number in numbers { append(number) }
    case .int32(let numbers): for number in numbers { append(number) }
    case .uint64(let numbers): for number in numbers { append(number) }
    case .int64(let numbers): for number in numbers { append(number) }
    case .float32(let numbers): for number in numbers { append(number.bitPattern) }
    case .float64(let numbers): for number in numbers { append(number.bitPattern) }
    case .bool(let flags): for flag in flags { append(UInt8(flag ? 1 : 0)) }
    case .string(let texts): for text in texts { append(text) }
    case .array(let arrays): for array in arrays { try append(array, depth: depth + 1) }
    }
  }
}
