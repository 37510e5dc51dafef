// Numbers are written so that they read back exactly: whole ones in decimal digits, floats as the
// hexadecimal digits of their bits, since decimal ones would have to be rounded somewhere.

extension Checkpoint {
  /// Notes a whole number, in decimal digits.
  public mutating func set(_ name: String, to value: Int) { metadata[name] = "\(value)" }

  /// Notes a seed or another number of 64 bits, in decimal digits.
  public mutating func set(_ name: String, to value: UInt64) { metadata[name] = "\(value)" }

  /// Notes the bits of a `Float`, in 8 hexadecimal digits.
  public mutating func set(_ name: String, to value: Float) {
    metadata[name] = Self.hexadecimal(value.bitPattern)
  }

  /// Notes the bits of a `Double`, in 16 hexadecimal digits.
  public mutating func set(_ name: String, to value: Double) {
    metadata[name] = Self.hexadecimal(value.bitPattern)
  }

  /// A text.
  ///
  /// `name` is what it was noted under.
  ///
  /// - Throws: ``CheckpointError/missingText(_:)``.
  public func text(_ name: String) throws(CheckpointError) -> String {
    guard let text = metadata[name] else { throw .missingText(name) }
    return text
  }

  /// A whole number.
  ///
  /// `name` is what it was noted under.
  ///
  /// - Throws: ``CheckpointError``: no such text, or one that is no `Int`.
  public func integer(_ name: String) throws(CheckpointError) -> Int {
    try decimal(name, "a whole number")
  }

  /// A number of 64 bits without sign.
  ///
  /// `name` is what it was noted under.
  ///
  /// - Throws: ``CheckpointError``: no such text, or one that is no `UInt64`.
  public func unsigned(_ name: String) throws(CheckpointError) -> UInt64 {
    try decimal(name, "a whole number of at least 0")
  }

  /// A `Float` with the bits that were noted.
  ///
  /// `name` is what it was noted under.
  ///
  /// - Throws: ``CheckpointError``: no such text, or one that is not 8 hexadecimal digits.
  public func float(_ name: String) throws(CheckpointError) -> Float {
    Float(bitPattern: try bits(name))
  }

  /// A `Double` with the bits that were noted.
  ///
  /// `name` is what it was noted under.
  ///
  /// - Throws: ``CheckpointError``: no such text, or one that is not 16 hexadecimal digits.
  public func double(_ name: String) throws(CheckpointError) -> Double {
    Double(bitPattern: try bits(name))
  }

  private static func hexadecimal<Bits: FixedWidthInteger>(_ bits: Bits) -> String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: Bits.bitWidth / 4 - digits.count) + digits
  }

  private func decimal<Value: FixedWidthInteger>(
    _ name: String, _ expected: String
  ) throws(CheckpointError) -> Value {
    let text = try text(name)
    // One number has one text: no signs or zeros that say nothing.
    guard let value = Value(text), "\(value)" == text else {
      throw .wrongText(name: name, expected: expected, found: text)
    }
    return value
  }

  private func bits<Bits: FixedWidthInteger>(_ name: String) throws(CheckpointError) -> Bits {
    let text = try text(name)
    guard let bits = Bits(text, radix: 16), Self.hexadecimal(bits) == text else {
      throw .wrongText(
        name: name, expected: "the bits of a float in \(Bits.bitWidth / 4) hexadecimal digits",
        found: text)
    }
    return bits
  }
}
