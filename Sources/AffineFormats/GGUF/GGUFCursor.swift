internal import AffineQuant

/// Reads one thing of a GGUF file after another; whatever it returns lies in the file.
struct GGUFCursor {
  let contents: Buffer<UInt8>
  private(set) var position = 0

  /// Arrays in arrays beyond this depth are refused; the stack is bounded by it.
  static let deepest = 8

  init(_ contents: Buffer<UInt8>) { self.contents = contents }

  private var rest: Int { contents.count - position }

  /// The next bytes of the file.
  mutating func take(_ count: UInt64) throws(GGUFError) -> Range<Int> {
    guard count <= UInt64(rest) else {
      throw .truncated(byte: position, needed: count, fileBytes: contents.count)
    }
    let start = position
    position += Int(count)
    return start..<position
  }

  /// A whole number, little-endian.
  mutating func integer<Number: FixedWidthInteger>(
    _: Number.Type = Number.self
  ) throws(GGUFError) -> Number {
    let range = try take(UInt64(Number.bitWidth / 8))
    let span = contents.span
    return range.reversed().reduce(Number.zero) { $0 << 8 | Number(truncatingIfNeeded: span[$1]) }
  }

  /// How many things follow, of which each takes so many bytes or more.
  mutating func count(of what: String, bytes: Int) throws(GGUFError) -> Int {
    let start = position
    let count: UInt64 = try integer()
    guard count <= UInt64(rest / bytes) else {
      throw .tooMany(of: what, count: count, byte: start, fileBytes: contents.count)
    }
    return Int(count)
  }

  /// A length and so many bytes of UTF-8.
  mutating func string() throws(GGUFError) -> String {
    let length: UInt64 = try integer()
    let range = try take(length)
    do {
      return String(copying: try UTF8Span(validating: contents.span.extracting(range)))
    } catch { throw .malformedText(byte: range.lowerBound) }
  }

  /// A truth value.
  mutating func bool() throws(GGUFError) -> Bool {
    let byte: UInt8 = try integer()
    guard byte <= 1 else { throw .malformedBool(byte, byte: position - 1) }
    return byte == 1
  }

  /// The number of a type of metadata.
  mutating func valueType() throws(GGUFError) -> GGUFValueType {
    let start = position
    let number: UInt32 = try integer()
    guard let type = GGUFValueType(rawValue: number) else {
      throw .unknownValueType(number, byte: start)
    }
    return type
  }
}
