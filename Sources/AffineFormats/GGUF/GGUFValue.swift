/// The types of metadata, by their numbers in the format.
enum GGUFValueType: UInt32, CaseIterable {
  case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64
  case float64

  /// The fewest bytes a value takes.
  var minimumBytes: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .string: 8
    case .array: 12
    }
  }
}

/// One value of a GGUF file's metadata.
public enum GGUFValue: Sendable, Hashable {
  /// Whole numbers.
  case uint8(UInt8), int8(Int8), uint16(UInt16), int16(Int16)
  /// Whole numbers.
  case uint32(UInt32), int32(Int32), uint64(UInt64), int64(Int64)
  /// Floats.
  case float32(Float), float64(Double)
  /// A truth value.
  case bool(Bool)
  /// A text.
  case string(String)
  /// Values of one type.
  case array(GGUFArray)
}

/// An array of a GGUF file's metadata: values of one type.
public enum GGUFArray: Sendable, Hashable {
  /// Whole numbers.
  case uint8([UInt8]), int8([Int8]), uint16([UInt16]), int16([Int16])
  /// Whole numbers.
  case uint32([UInt32]), int32([Int32]), uint64([UInt64]), int64([Int64])
  /// Floats.
  case float32([Float]), float64([Double])
  /// Truth values.
  case bool([Bool])
  /// Texts.
  case string([String])
  /// Arrays, each of a type of its own.
  case array([GGUFArray])
}

extension GGUFValue {
  /// The text, of a text.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The truth value, of a truth value.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The number, of a whole number that `Int` holds.
  public var int: Int? {
    switch self {
    case .uint8(let value): Int(value)
    case .int8(let value): Int(value)
    case .uint16(let value): Int(value)
    case .int16(let value): Int(value)
    case .uint32(let value): Int(value)
    case .int32(let value): Int(value)
    case .uint64(let value): Int(exactly: value)
    case .int64(let value): Int(value)
    default: nil
    }
  }

  /// The number, of a float.
  public var double: Double? {
    switch self {
    case .float32(let value): Double(value)
    case .float64(let value): value
    default: nil
    }
  }

  /// The texts, of an array of texts.
  public var strings: [String]? {
    if case .array(.string(let values)) = self { values } else { nil }
  }

  /// The numbers, of an array of float32.
  public var floats: [Float]? {
    if case .array(.float32(let values)) = self { values } else { nil }
  }

  /// The numbers, of an array of int32.
  public var integers: [Int32]? {
    if case .array(.int32(let values)) = self { values } else { nil }
  }
}
