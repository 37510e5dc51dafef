/// The text of tokens that come one by one: a character that spans tokens is held until it is whole.
///
/// What all calls return, joined, is what ``Tokenizer/text(_:showSpecial:)`` makes of all tokens.
public struct TokenStream: Sendable {
  /// Whose tokens they are.
  public let tokenizer: any Tokenizer
  /// Whether control tokens are shown by their names.
  public let showSpecial: Bool
  /// The beginning of a character that is not whole yet: three bytes at most.
  private var pending: [UInt8] = []
  private var isFirst: Bool

  /// Begins a text, or goes on with one: then a space with which its first token begins stays.
  public init(_ tokenizer: any Tokenizer, showSpecial: Bool = false, goesOn: Bool = false) {
    self.tokenizer = tokenizer
    self.showSpecial = showSpecial
    isFirst = !goesOn
  }

  /// What one more token adds to the text, up to its last whole character; often nothing.
  public mutating func append(_ token: Int) -> String {
    let bytes = tokenizer.bytes(of: token, isFirst: isFirst, showSpecial: showSpecial)
    guard !bytes.isEmpty else { return "" }
    isFirst = false
    pending += bytes
    let whole = pending.count - Self.countOfUnfinishedBytes(pending)
    defer { pending.removeFirst(whole) }
    return String(decoding: pending[..<whole], as: UTF8.self)
  }

  /// Ends the text: a character that was begun and never finished becomes U+FFFD.
  public mutating func finish() -> String {
    defer {
      pending = []
      isFirst = true
    }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end begin a character that more bytes can finish.
  private static func countOfUnfinishedBytes(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let lead = bytes[bytes.count - count]
      // A continuation: the character begins further to the left.
      if lead & 0xc0 == 0x80 { continue }
      guard let length = length(of: lead), count < length else { return 0 }
      // The second byte of some characters has a narrower range; out of it nothing can be finished.
      guard count == 1 || isSecond(bytes[bytes.count - count + 1], after: lead) else { return 0 }
      return count
    }
    return 0
  }

  private static func length(of lead: UInt8) -> Int? {
    switch lead {
    case 0xc2...0xdf: 2
    case 0xe0...0xef: 3
    case 0xf0...0xf4: 4
    default: nil
    }
  }

  /// Table 3-7 of the Unicode standard: no surrogates, no overlong forms, nothing beyond U+10FFFF.
  private static func isSecond(_ byte: UInt8, after lead: UInt8) -> Bool {
    switch lead {
    case 0xe0: byte >= 0xa0
    case 0xed: byte < 0xa0
    case 0xf0: byte >= 0x90
    case 0xf4: byte < 0x90
    default: true
    }
  }
}
