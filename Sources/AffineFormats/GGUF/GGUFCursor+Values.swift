internal import AffineQuant

extension GGUFCursor {
  /// A value of metadata, with its type before it.
  mutating func value() throws(GGUFError) -> GGUFValue {
    switch try valueType() {
    case .uint8: .uint8(try integer())
    case .int8: .int8(try integer())
    case .uint16: .uint16(try integer())
    case .int16: .int16(try integer())
    case .uint32: .uint32(try integer())
    case .int32: .int32(try integer())
    case .uint64: .uint64(try integer())
    case .int64: .int64(try integer())
    case .float32: .float32(Float(bitPattern: try integer()))
    case .float64: .float64(Double(bitPattern: try integer()))
    case .bool: .bool(try bool())
    case .string: .string(try string())
    case .array: .array(try array(depth: 1))
    }
  }

  /// The elements' type, their count and the elements.
  private mutating func array(depth: Int) throws(GGUFError) -> GGUFArray {
    guard depth <= Self.deepest else { throw .tooDeep(limit: Self.deepest) }
    let type = try valueType()
    let count = try count(of: "elements", bytes: type.minimumBytes)
    switch type {
    case .uint8: return .uint8(try numbers(count))
    case .int8: return .int8(try numbers(count))
    case .uint16: return .uint16(try numbers(count))
    case .int16: return .int16(try numbers(count))
    case .uint32: return .uint32(try numbers(count))
    case .int32: return .int32(try numbers(count))
    case .uint64: return .uint64(try numbers(count))
    case .int64: return .int64(try numbers(count))
    case .float32: return .float32(try numbers(count))
    case .float64: return .float64(try numbers(count))
    case .bool:
      var values: [Bool] = []
      for _ in 0..<count { values.append(try bool()) }
      return .bool(values)
    case .string:
      // Each took 8 bytes of the file or more, so that no count asks for more than twice the file.
      var values: [String] = []
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try string()) }
      return .string(values)
    case .array:
      var values: [GGUFArray] = []
      for _ in 0..<count { values.append(try array(depth: depth + 1)) }
      return .array(values)
    }
  }

  /// Numbers of which every bit pattern is one.
  private mutating func numbers<Number: BitwiseCopyable & Sendable>(
    _ count: Int
  ) throws(GGUFError) -> [Number] {
    let range = try take(UInt64(count * MemoryLayout<Number>.stride))
    return contents.part(range).viewed(as: Number.self).array
  }
}
