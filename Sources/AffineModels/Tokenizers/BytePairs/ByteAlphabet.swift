/// The characters with which GPT-2's vocabulary writes bytes.
///
/// The 188 bytes of Latin-1 that can be seen stand for themselves, the other 68, in ascending order,
/// are U+0100 and up: a space is `Ġ`.
enum ByteAlphabet {
  /// By scalar value, the byte, or -1.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x100 + 68)
    var next = 0x100
    for byte in 0..<0x100 {
      switch byte {
      case 0x21...0x7e, 0xa1...0xac, 0xae...0xff: bytes[byte] = Int16(byte)
      default:
        bytes[next] = Int16(byte)
        next += 1
      }
    }
    return bytes
  }()

  /// The character that writes a byte.
  static func name(of byte: Int) -> String {
    let scalar = bytes.firstIndex(of: Int16(byte)).flatMap { UnicodeScalar(UInt32($0)) }
    guard let scalar else { preconditionFailure("no byte \(byte)") }
    return String(Character(scalar))
  }

  /// The bytes that a token's name writes, or nothing if it has other characters.
  static func bytes(of name: some StringProtocol) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in name.unicodeScalars {
      guard scalar.value < bytes.count, let byte = UInt8(exactly: bytes[Int(scalar.value)]) else {
        return nil
      }
      result.append(byte)
    }
    return result
  }
}
