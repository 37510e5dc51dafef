/// The expressions that find words, by hand: each looks ahead by two characters at most.
enum WordRules {
  /// The end of a piece by ``Split/gpt2``.
  static func gpt2End(_ text: ClassifiedText, _ start: Int, _ limit: Int) -> Int {
    if let end = contractionEnd(text, start, limit, anyCase: false) { return end }
    let (first, length) = text.character(start)
    if let end = spacedEnd(text, start, limit, first: first, length: length) { return end }
    return spaceEnd(text, start, limit)
  }

  /// The end of a piece by ``Split/llama3(longestNumber:)``.
  static func llama3End(
    _ text: ClassifiedText, _ start: Int, _ limit: Int, longestNumber: Int
  ) -> Int {
    if let end = contractionEnd(text, start, limit, anyCase: true) { return end }
    let (first, length) = text.character(start)
    let next = start + length
    if first == .letter { return text.end(of: .letter, from: next, limit: limit) }
    if first == .number {
      return numberEnd(text, start, limit, longest: longestNumber)
    }
    if !isLineEnd(text, start), next < limit, text.character(next).class == .letter {
      return text.end(of: .letter, from: next, limit: limit)
    }
    let isSpaced = text.bytes[start] == UInt8(ascii: " ")
    if let end = otherEnd(text, isSpaced ? next : start, limit) {
      return lineEndsEnd(text, end, limit)
    }
    return lineEnd(text, start, limit) ?? spaceEnd(text, start, limit)
  }

  private static func contractionEnd(
    _ text: ClassifiedText, _ start: Int, _ limit: Int, anyCase: Bool
  ) -> Int? {
    guard text.bytes[start] == UInt8(ascii: "'"), start + 1 < limit else { return nil }
    // Adding the bit that tells small from capital letters makes no letter of anything else here.
    let bit: UInt8 = anyCase ? 0x20 : 0
    let first = text.bytes[start + 1] | bit
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    default: break
    }
    guard start + 2 < limit else { return nil }
    switch (first, text.bytes[start + 2] | bit) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: return nil
    }
  }

  /// ` ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+`
  private static func spacedEnd(
    _ text: ClassifiedText, _ start: Int, _ limit: Int, first: CharacterClass, length: Int
  ) -> Int? {
    var (found, position) = (first, start)
    if text.bytes[start] == UInt8(ascii: " ") {
      position += 1
      guard position < limit else { return nil }
      found = text.character(position).class
    }
    switch found {
    case .letter, .number: return text.end(of: found, from: position, limit: limit)
    case .other, .punctuation: return otherEnd(text, position, limit)
    case .space: return nil
    }
  }

  /// `[^\s\p{L}\p{N}]+`
  private static func otherEnd(_ text: ClassifiedText, _ start: Int, _ limit: Int) -> Int? {
    var position = start
    scan: while position < limit {
      let (found, length) = text.character(position)
      switch found {
      case .other, .punctuation: position += length
      case .letter, .number, .space: break scan
      }
    }
    return position > start ? position : nil
  }

  /// `\p{N}{1,longest}`
  private static func numberEnd(
    _ text: ClassifiedText, _ start: Int, _ limit: Int, longest: Int
  ) -> Int {
    var position = start
    for _ in 0..<longest where position < limit {
      let (found, length) = text.character(position)
      guard found == .number else { break }
      position += length
    }
    return position
  }

  /// `\s+(?!\S)|\s+`: white space before a word leaves its last character to the word.
  private static func spaceEnd(_ text: ClassifiedText, _ start: Int, _ limit: Int) -> Int {
    var (position, last) = (start, start)
    while position < limit {
      let (found, length) = text.character(position)
      guard found == .space else { break }
      last = position
      position += length
    }
    return position < limit && last > start ? last : position
  }

  /// `\s*[\r\n]+`
  private static func lineEnd(_ text: ClassifiedText, _ start: Int, _ limit: Int) -> Int? {
    var (position, end): (Int, Int?) = (start, nil)
    while position < limit {
      let (found, length) = text.character(position)
      guard found == .space else { break }
      if isLineEnd(text, position) { end = position + length }
      position += length
    }
    return end
  }

  /// `[\r\n]*`
  private static func lineEndsEnd(_ text: ClassifiedText, _ start: Int, _ limit: Int) -> Int {
    var position = start
    while position < limit, isLineEnd(text, position) { position += 1 }
    return position
  }

  private static func isLineEnd(_ text: ClassifiedText, _ position: Int) -> Bool {
    let byte = text.bytes[position]
    return byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
  }
}
