/// A storage, described at run time: what the types say, for kernels, files and reports.
public enum CodeFormat: Sendable, Hashable {
  /// Two's complement of 2 to 8 bits.
  case signed(bits: Int)
  /// Natural binary of 1 to 8 bits.
  case unsigned(bits: Int)
  /// −1, 0 and 1, in two's complement of 2 bits.
  case ternary
  /// A float of 8, 6 or 4 bits.
  case float(SmallFloat)

  /// Bits a code takes.
  public var bits: Int {
    switch self {
    case .signed(let bits), .unsigned(let bits): bits
    case .ternary: 2
    case .float(let format): format.bits
    }
  }

  /// The whole numbers that codes can be; for floats, their bit patterns.
  public var codes: ClosedRange<Int> {
    switch self {
    case .signed(let bits): -(1 << (bits - 1))...(1 << (bits - 1)) - 1
    case .unsigned(let bits): 0...(1 << bits) - 1
    case .ternary: -1...1
    case .float(let format): 0...(1 << format.bits) - 1
    }
  }

  /// Whether codes are whole numbers.
  public var isInteger: Bool { if case .float = self { false } else { true } }

  /// Whether a bit pattern is in two's complement.
  public var isSigned: Bool {
    switch self {
    case .signed, .ternary: true
    case .unsigned, .float: false
    }
  }

  /// The name on the command line and in files: `int8`, `uint4`, `ternary`, `float8e4m3`.
  public var name: String {
    switch self {
    case .signed(let bits): "int\(bits)"
    case .unsigned(let bits): "uint\(bits)"
    case .ternary: "ternary"
    case .float(let format): format.rawValue
    }
  }

  /// Every storage there is, widest first.
  public static let all: [CodeFormat] =
    (2...8).reversed().map { .signed(bits: $0) } + (1...8).reversed().map { .unsigned(bits: $0) }
    + [.ternary] + SmallFloat.allCases.map { .float($0) }

  /// The bytes that `columns` codes of one row take.
  public func byteCount(columns: Int) -> Int { (columns * bits + 7) / 8 }
}
